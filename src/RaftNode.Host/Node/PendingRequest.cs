using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>A request under way. Made by whoever sends it; afterwards only the client's actor changes it.</summary>
/// <param name="message">
/// The <see cref="Propose"/>, <see cref="Query"/> or request about a session, to be sent again when that is safe.
/// </param>
/// <param name="sentAt">When it was sent, by the scheduler's monotonic clock.</param>
/// <param name="deadline">When it has to be answered, by the scheduler's monotonic clock.</param>
internal sealed class PendingRequest(object message, TimeSpan sentAt, TimeSpan deadline)
    : TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What is sent.</summary>
    public object Message { get; } = message;

    /// <summary>When it has to be answered.</summary>
    public TimeSpan Deadline { get; } = deadline;

    /// <summary>When it was last sent.</summary>
    public TimeSpan SentAt { get; set; } = sentAt;

    /// <summary>How long it may be without an answer before it is sent again: at first a second.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The peer's answer that nothing was done, while the request waits to be sent again; <c>null</c> while it is on
    /// its way.
    /// </summary>
    public object? NotDone { get; set; }

    /// <summary>
    /// Whether sending it again does no harm, whatever became of it before: a query, and a command with a number in a
    /// session.
    /// </summary>
    public bool IsRepeatable { get; } = message is not (Propose { Session: null } or ChangeMembers);

    /// <summary>Whether nobody has said what became of an earlier time that it was sent.</summary>
    public bool MayBeDone { get; set; }

    /// <summary>What a request whose deadline has passed is answered.</summary>
    /// <param name="id">Its correlation id.</param>
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
