using RaftActors.Protocol;

namespace RaftActors.Client;

/// <summary>How up to date the answer of a query must be.</summary>
public enum ReadConsistency
{
    /// <summary>
    /// Reflects every write that was acknowledged before the query was sent (read index; dissertation, section 6.4).
    /// </summary>
    Linearizable,

    /// <summary>
    /// As <see cref="Linearizable"/>, but without a round of heartbeats: the leader answers as long as its lease lasts.
    /// This relies on clocks that run at nearly the same rate on all peers (dissertation, section 6.4.1). If the group
    /// has no leases, or the leader has no lease at the moment, the query is answered like a linearizable one.
    /// </summary>
    Lease,

    /// <summary>
    /// The asked peer answers at once from what it has applied. That is an earlier state of the group, and may be older
    /// than what another peer has shown. <see cref="Query.MaxStaleness"/> bounds its age.
    /// </summary>
    Stale,
}

/// <summary>
/// Asks the group's state machine a question that changes nothing. May be told to any peer of the group.
/// </summary>
/// <remarks>The sender gets exactly one <see cref="QueryResult"/> or <see cref="QueryFailed"/>.</remarks>
/// <param name="Request">
/// The query that <see cref="StateMachines.IStateMachine.Query"/> gets: a <c>byte[]</c>, or an object whose type has a
/// registered serializer.
/// </param>
/// <param name="Consistency">How up to date the answer must be.</param>
/// <param name="Forward">
/// Whether a peer that does not lead asks the leader, if the consistency needs it. If not, it answers
/// <see cref="FailureReason.NotLeader"/> and names the leader.
/// </param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record Query(object Request, ReadConsistency Consistency = ReadConsistency.Linearizable,
    bool Forward = true, long CorrelationId = 0) : IRaftMessage
{
    /// <summary>
    /// For a <see cref="ReadConsistency.Stale"/> query: the longest time since the peer last heard from the leader how
    /// far the log is committed. If it is longer ago, the query is answered <see cref="FailureReason.TooStale"/>.
    /// <c>null</c> for no bound.
    /// </summary>
    public TimeSpan? MaxStaleness { get; init; }
}

/// <summary>The state machine's answer to a <see cref="Query"/>.</summary>
/// <param name="Result">What the state machine returned.</param>
/// <param name="AppliedIndex">The index of the last entry that the answer reflects.</param>
/// <param name="CorrelationId">The correlation id of the query.</param>
public sealed record QueryResult(object? Result, long AppliedIndex, long CorrelationId) : IRaftMessage;

/// <summary>The query was not answered. It is safe to ask again.</summary>
/// <param name="Reason">Why; never <see cref="FailureReason.OutcomeUnknown"/>.</param>
/// <param name="Message">The reason in a sentence that tells a person what to do.</param>
/// <param name="Leader">The leader, if the answering peer knows it; otherwise <c>null</c>.</param>
/// <param name="CorrelationId">The correlation id of the query.</param>
public sealed record QueryFailed(FailureReason Reason, string Message, Membership.Member? Leader,
    long CorrelationId) : IRaftMessage;
