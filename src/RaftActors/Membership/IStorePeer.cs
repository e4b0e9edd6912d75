using RaftActors.Log;

namespace RaftActors.Membership;

/// <summary>What the classes that check the identities of groups and stores need from their peer.</summary>
internal interface IStorePeer : IPeer
{
    /// <summary>The identity of the peer's store.</summary>
    string StoreId { get; }

    /// <summary>The peer's term and vote, and the identity of its group once that is decided.</summary>
    HardState HardState { get; }

    /// <summary>The last index up to which the peer's log is durable.</summary>
    long PersistedIndex { get; }

    /// <summary>
    /// Enters a later term without a leader. The peer stops leading or asking for votes. A follower of that term stays
    /// a follower.
    /// </summary>
    void StepDown(long term);

    /// <summary>Votes for itself in its term, so that no candidate gets the vote.</summary>
    void Abstain();
}
