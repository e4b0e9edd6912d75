namespace RaftActors.TestKit.Journals;

/// <summary>The ways in which a write fails.</summary>
internal enum WriteFailure
{
    /// <summary>The write is reported as failed and was not done.</summary>
    NotDone,

    /// <summary>The write is reported as failed but was done.</summary>
    DoneAllTheSame,

    /// <summary>The journal rejects the write.</summary>
    Rejected,
}

/// <summary>The kinds of requests to a disk.</summary>
[Flags]
internal enum DiskWork
{
    /// <summary>Reads.</summary>
    Read = 0,

    /// <summary>Writes events.</summary>
    Events = 1,

    /// <summary>Writes a snapshot.</summary>
    Snapshot = 2,

    /// <summary>Deletes events.</summary>
    EventDeletion = 4,

    /// <summary>Deletes snapshots.</summary>
    SnapshotDeletion = 8,

    /// <summary>Writes events or a snapshot.</summary>
    Write = Events | Snapshot,
}

/// <summary>The cause of a failure that a test asked for.</summary>
internal sealed class DiskFailureException() : IOException("A disk error that was asked for.");
