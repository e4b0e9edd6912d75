namespace RaftActors.TestKit.Journals;

/// <summary>How a write goes wrong.</summary>
internal enum WriteFailure
{
    /// <summary>It is reported as failed, and was not done.</summary>
    NotDone,

    /// <summary>It is reported as failed, but was done.</summary>
    DoneAllTheSame,

    /// <summary>The journal refuses it.</summary>
    Rejected,
}

/// <summary>What a disk is asked for.</summary>
[Flags]
internal enum DiskWork
{
    /// <summary>To read.</summary>
    Read = 0,

    /// <summary>To write events.</summary>
    Events = 1,

    /// <summary>To write a snapshot.</summary>
    Snapshot = 2,

    /// <summary>To delete events.</summary>
    EventDeletion = 4,

    /// <summary>To delete snapshots.</summary>
    SnapshotDeletion = 8,

    /// <summary>To write something.</summary>
    Write = Events | Snapshot,
}

/// <summary>What a failed request to a disk is told.</summary>
internal sealed class DiskFailureException() : IOException("A disk error that was asked for.");
