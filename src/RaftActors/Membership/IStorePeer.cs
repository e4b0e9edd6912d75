using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// What the collaborators that watch over the identities of groups and stores read of their peer, and what they ask of
/// it.
/// </summary>
internal interface IStorePeer
{
    /// <summary>The time.</summary>
    TimeSpan Now { get; }

    /// <summary>The identity of the peer's store.</summary>
    string StoreId { get; }

    /// <summary>The peer's term and vote, and the identity of its group once that is decided.</summary>
    HardState HardState { get; }

    /// <summary>The last index up to which the peer's log is durable.</summary>
    long PersistedIndex { get; }

    /// <summary>Whether the peer knows a leader.</summary>
    bool KnowsLeader { get; }

    /// <summary>The header of a message of the peer.</summary>
    /// <param name="toStoreId">The store that the message is meant for; empty where it is not known.</param>
    PeerHeader Header(string toStoreId = "");

    /// <summary>Sends a message, once the term and vote that it may show are durable.</summary>
    void Send(string address, PeerMessage message);

    /// <summary>
    /// Enters a later term without a leader, and neither leads nor campaigns any more; as a follower of that term it
    /// stays.
    /// </summary>
    void StepDown(long term);

    /// <summary>Votes for itself in its term, so that nobody else gets the vote.</summary>
    void Abstain();

    /// <summary>Has what changed written.</summary>
    void RequestFlush();

    /// <summary>Has the peer told a message after a time, instead of a former one that is equal.</summary>
    void StartTimer(object timer, TimeSpan after);

    /// <summary>Takes that back.</summary>
    void StopTimer(object timer);
}
