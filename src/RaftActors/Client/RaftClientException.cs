namespace RaftActors.Client;

/// <summary>A proposal or query of a <see cref="RaftClient"/> failed.</summary>
public sealed class RaftClientException : Exception
{
    internal RaftClientException(FailureReason reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Why the request failed.</summary>
    public FailureReason Reason { get; }

    /// <summary>
    /// <c>true</c> when the command may have been applied, or may still be applied. If <c>false</c>,
    /// <see cref="WasApplied"/> tells.
    /// </summary>
    public bool OutcomeUnknown => Reason == FailureReason.OutcomeUnknown;

    /// <summary>
    /// For a command: <c>true</c> when it was applied and only its response is not available. If this and
    /// <see cref="OutcomeUnknown"/> are <c>false</c>, the command certainly was not applied and will not be.
    /// </summary>
    public bool WasApplied => Reason is FailureReason.StateMachineFailed or FailureReason.ResponseForgotten;
}
