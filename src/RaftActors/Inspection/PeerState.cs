using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Inspection;

/// <summary>
/// A peer's state in memory between two messages, for its status, and for a simulation that checks every step.
/// </summary>
/// <param name="Log">
/// The peer's log, with the commit index. It is the peer's own object: only read it, and at once.
/// </param>
/// <param name="HardState">The peer's term and vote.</param>
/// <param name="Durable">The term and vote that are durable.</param>
/// <param name="Role">The peer's role.</param>
/// <param name="StoreId">The identity of the peer's store; empty until it has one.</param>
/// <param name="PersistedIndex">The last index that the peer believes to be durable.</param>
/// <param name="AppliedIndex">The last index that the peer's state machine has applied.</param>
/// <param name="Configuration">The configuration that counts for the peer.</param>
/// <param name="Leader">The leader, if the peer knows it; otherwise <c>null</c>.</param>
/// <param name="Leading">The peer's state as a leader; <c>null</c> if it does not lead.</param>
/// <param name="IsWhole">Whether the peer's store has everything that it may have confirmed.</param>
/// <param name="IsSetAside">Whether the peer's replica is known to differ from those of a majority.</param>
/// <param name="IsResting">Whether the peer rests (<see cref="Resting.PeerRest"/>).</param>
internal readonly record struct PeerState(
    RaftLog Log,
    HardState HardState,
    HardState Durable,
    RaftRole Role,
    string StoreId,
    long PersistedIndex,
    long AppliedIndex,
    Configuration Configuration,
    Member? Leader,
    LeaderState? Leading,
    bool IsWhole,
    bool IsSetAside,
    bool IsResting);
