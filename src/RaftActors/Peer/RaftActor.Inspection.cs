using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors;

// For the simulator, which checks after every step what a peer has, not what it says.
internal sealed partial class RaftActor
{
    /// <summary>What the peer has in memory now. The log is the peer's own: to be read, at once.</summary>
    internal PeerState Inspect() =>
        new(_raftLog, _writeAhead.HardState, _writeAhead.DurableHardState, _role, _storeId, _writeAhead.PersistedIndex,
            _machine.AppliedIndex, Configuration, _leading, _writeAhead.IsDurable && _ownStore.IsWhole,
            _replica.IsSetAside);
}

/// <summary>A peer's memory, between two messages.</summary>
/// <param name="Log">Its log, with the commit index.</param>
/// <param name="HardState">Its term and vote.</param>
/// <param name="Durable">Of those, what is on its disk.</param>
/// <param name="Role">Its role.</param>
/// <param name="StoreId">Its store's identity; empty until it has one.</param>
/// <param name="PersistedIndex">The last index that it holds to be durable.</param>
/// <param name="AppliedIndex">The last index that its state machine has applied.</param>
/// <param name="Configuration">The configuration that counts for it.</param>
/// <param name="Leading">What it knows as a leader, or <c>null</c>.</param>
/// <param name="IsWhole">Whether its store has all that it may have confirmed.</param>
/// <param name="IsSetAside">Whether its replica is known to differ from those of a majority.</param>
internal readonly record struct PeerState(
    RaftLog Log, HardState HardState, HardState Durable, RaftRole Role, string StoreId, long PersistedIndex,
    long AppliedIndex, Configuration Configuration, LeaderState? Leading, bool IsWhole, bool IsSetAside);
