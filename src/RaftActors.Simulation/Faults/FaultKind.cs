namespace RaftActors.Simulation.Faults;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A process is killed, in the middle of what it does, and started again later.</summary>
    Crash,

    /// <summary>All processes are killed at once.</summary>
    CrashAll,

    /// <summary>A process stands still for a while.</summary>
    Pause,

    /// <summary>A node reaches nobody, and nobody reaches it.</summary>
    Isolate,

    /// <summary>The nodes fall into two parts that do not reach each other.</summary>
    Partition,

    /// <summary>One node does not reach another, but is reached by it.</summary>
    OneWay,

    /// <summary>The link between two nodes goes up and down.</summary>
    Flap,

    /// <summary>The connection between two nodes breaks, with what is on its way.</summary>
    Break,

    /// <summary>Messages are lost, late and overtake each other.</summary>
    Weather,

    /// <summary>Messages arrive twice.</summary>
    Duplicates,

    /// <summary>A disk does nothing for a while.</summary>
    DiskStall,

    /// <summary>A disk is slow for a while.</summary>
    DiskSlow,

    /// <summary>A write fails, is done although it is reported as failed, or is refused.</summary>
    DiskFailure,

    /// <summary>A snapshot, or a part of one, cannot be written.</summary>
    SnapshotFailure,

    /// <summary>A state machine fails while it applies a command.</summary>
    MachineFailure,

    /// <summary>A state machine is slow for a while.</summary>
    MachineSlow,

    /// <summary>The latest snapshot on a disk is damaged, while the one before can still be used.</summary>
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
    /// For a while a second process runs, at another address, with a copy of the disk of a member that goes on.
    /// </summary>
    CopiedDisk,

    /// <summary>A process dies, and the next one runs with its disk at another address.</summary>
    Move,

    /// <summary>The leadership is to go to another peer.</summary>
    Transfer,

    /// <summary>A peer is told to campaign.</summary>
    Campaign,

    /// <summary>The group is to have other members.</summary>
    ChangeMembers,

    /// <summary>The state of one replica changes behind its back, once a run at most.</summary>
    StateChange,
}
