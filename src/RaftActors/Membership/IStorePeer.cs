using RaftActors.Log;

namespace RaftActors.Membership;

/// <summary>
/// What the collaborators that watch over the identities of groups and stores read of their peer, and what they ask of
/// it.
/// </summary>
internal interface IStorePeer : IPeer
{
    /// <summary>The identity of the peer's store.</summary>
    string StoreId { get; }

    /// <summary>The peer's term and vote, and the identity of its group once that is decided.</summary>
    HardState HardState { get; }

    /// <summary>The last index up to which the peer's log is durable.</summary>
    long PersistedIndex { get; }

    /// <summary>
    /// Enters a later term without a leader, and neither leads nor campaigns any more; as a follower of that term it
    /// stays.
    /// </summary>
    void StepDown(long term);

    /// <summary>Votes for itself in its term, so that nobody else gets the vote.</summary>
    void Abstain();
}
