namespace RaftActors.Client;

/// <summary>A proposal or query of a <see cref="RaftClient"/> failed.</summary>
public sealed class RaftClientException : Exception
{
    internal RaftClientException(FailureReason reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Why.</summary>
    public FailureReason Reason { get; }

    /// <summary><c>true</c> when the command may have been applied, or may yet be; otherwise <see cref="WasApplied"/> tells.</summary>
    public bool OutcomeUnknown => Reason == FailureReason.OutcomeUnknown;

    /// <summary>Of a command: <c>true</c> when it was applied and only its response cannot be had; otherwise, unless <see cref="OutcomeUnknown"/>, it certainly was not applied and will not be.</summary>
    public bool WasApplied => Reason is FailureReason.StateMachineFailed or FailureReason.ResponseForgotten;
}
