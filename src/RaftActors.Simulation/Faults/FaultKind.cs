namespace RaftActors.Simulation.Faults;

/// <summary>The kinds of faults.</summary>
internal enum FaultKind
{
    /// <summary>A process is killed in the middle of its work, and started again later.</summary>
    Crash,

    /// <summary>All processes are killed at once.</summary>
    CrashAll,

    /// <summary>A process is paused for a while.</summary>
    Pause,

    /// <summary>A node reaches no other node, and no other node reaches it.</summary>
    Isolate,

    /// <summary>The nodes are split into two parts that do not reach each other.</summary>
    Partition,

    /// <summary>One node does not reach another, but the other reaches it.</summary>
    OneWay,

    /// <summary>The link between two nodes goes up and down.</summary>
    Flap,

    /// <summary>The connection between two nodes breaks, with the messages under way.</summary>
    Break,

    /// <summary>Messages are lost, delayed and reordered.</summary>
    Weather,

    /// <summary>Messages arrive twice.</summary>
    Duplicates,

    /// <summary>A disk does nothing for a while.</summary>
    DiskStall,

    /// <summary>A disk is slow for a while.</summary>
    DiskSlow,

    /// <summary>A write fails, is done although it is reported as failed, or is rejected.</summary>
    DiskFailure,

    /// <summary>A snapshot, or a part of one, cannot be written.</summary>
    SnapshotFailure,

    /// <summary>A state machine fails while it applies a command.</summary>
    MachineFailure,

    /// <summary>A state machine is slow for a while.</summary>
    MachineSlow,

    /// <summary>The latest snapshot on a disk is damaged. The one before can still be used.</summary>
    SnapshotDamage,

    /// <summary>A process dies, and the next one finds the disk as it was some time before.</summary>
    DiskSetBack,

    /// <summary>A process dies, and the next one finds a changed bit in an event of the journal.</summary>
    EventDamage,

    /// <summary>
    /// For a while a node, also one that waits to be added, has a disk of another group, or of what its group was
    /// before it was restored or recovered; or a member has a new disk.
    /// </summary>
    LeftoverDisk,

    /// <summary>
    /// For a while a second process runs at another address, with a copy of the disk of a member that is still running.
    /// </summary>
    CopiedDisk,

    /// <summary>A process dies, and the next one runs with its disk at another address.</summary>
    Move,

    /// <summary>A peer is asked to transfer the leadership.</summary>
    Transfer,

    /// <summary>A peer is told to start an election.</summary>
    Campaign,

    /// <summary>A peer is asked to change the members.</summary>
    ChangeMembers,

    /// <summary>The state of one replica is changed from outside, at most once in a run.</summary>
    StateChange,
}
