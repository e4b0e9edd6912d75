using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>A request under way. Its sender makes it. After that, only the client's actor changes it.</summary>
/// <param name="message">
/// The <see cref="Propose"/>, <see cref="Query"/> or request about a session. It is sent again when that is safe.
/// </param>
/// <param name="sentAt">When the request was sent, by the scheduler's monotonic clock.</param>
/// <param name="deadline">When the request must be answered, by the scheduler's monotonic clock.</param>
internal sealed class PendingRequest(object message, TimeSpan sentAt, TimeSpan deadline)
    : TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>The message to send.</summary>
    public object Message { get; } = message;

    /// <summary>When the request must be answered.</summary>
    public TimeSpan Deadline { get; } = deadline;

    /// <summary>When the request was last sent.</summary>
    public TimeSpan SentAt { get; set; } = sentAt;

    /// <summary>How long the request may wait for an answer before it is sent again. At first a second.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The peer's answer that nothing was done, while the request waits to be sent again; <c>null</c> while it is under
    /// way.
    /// </summary>
    public object? NotDone { get; set; }

    /// <summary>
    /// Whether the request can be sent again whatever its outcome so far: a query, or a command with a number in a
    /// session.
    /// </summary>
    public bool IsRepeatable { get; } = message is not (Propose { Session: null } or ChangeMembers);

    /// <summary>Whether the outcome of an earlier attempt is unknown.</summary>
    public bool MayBeDone { get; set; }

    /// <summary>The answer to a request whose deadline has passed.</summary>
    /// <param name="id">The correlation id of the request.</param>
    public object Expired(long id)
    {
        if (Message is Query)
            return NotDone
                ?? new QueryFailed(FailureReason.NoLeader, "No answer came in time from a leader.", null, id);
        return NotDone is not null && !MayBeDone
            ? NotDone
            : new ProposalFailed(
                FailureReason.OutcomeUnknown,
                "No answer came in time: the write may have been done, or may still be done.",
                null,
                id);
    }
}
