using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Inspection;

/// <summary>
/// A peer's memory, between two messages: for its status, and for a simulation that checks every step.
/// </summary>
/// <param name="Log">Its log, with the commit index. The log is the peer's own: to be read, at once.</param>
/// <param name="HardState">Its term and vote.</param>
/// <param name="Durable">What of those is on its disk.</param>
/// <param name="Role">Its role.</param>
/// <param name="StoreId">Its store's identity; empty until it has one.</param>
/// <param name="PersistedIndex">The last index that it holds to be durable.</param>
/// <param name="AppliedIndex">The last index that its state machine has applied.</param>
/// <param name="Configuration">The configuration that counts for it.</param>
/// <param name="Leader">The leader that it knows, or <c>null</c>.</param>
/// <param name="Leading">What it knows as a leader, or <c>null</c>.</param>
/// <param name="IsWhole">Whether its store has all that it may have confirmed.</param>
/// <param name="IsSetAside">Whether its replica is known to differ from those of a majority.</param>
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
    bool IsSetAside);
