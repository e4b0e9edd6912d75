using Akka.Actor;

namespace Akka.Persistence;

/// <summary>What an actor recovers from: a snapshot within bounds, and the events after it up to a sequence number.</summary>
public sealed class Recovery
{
    public Recovery() : this(SnapshotSelectionCriteria.Latest)
    {
    }

    public Recovery(SnapshotSelectionCriteria fromSnapshot) : this(fromSnapshot, long.MaxValue)
    {
    }

    public Recovery(SnapshotSelectionCriteria fromSnapshot, long toSequenceNr) : this(fromSnapshot, toSequenceNr, long.MaxValue)
    {
    }

    public Recovery(SnapshotSelectionCriteria? fromSnapshot = null, long toSequenceNr = long.MaxValue, long replayMax = long.MaxValue)
    {
        FromSnapshot = fromSnapshot ?? SnapshotSelectionCriteria.Latest;
        ToSequenceNr = toSequenceNr;
        ReplayMax = replayMax;
    }

    public static Recovery Default { get; } = new(SnapshotSelectionCriteria.Latest);

    public static Recovery None { get; } = new(SnapshotSelectionCriteria.None, 0L);

    public SnapshotSelectionCriteria FromSnapshot { get; }

    public long ToSequenceNr { get; }

    public long ReplayMax { get; }
}

/// <summary>The last message of a recovery, before the first command.</summary>
public sealed class RecoveryCompleted
{
    public static readonly RecoveryCompleted Instance = new();

    private RecoveryCompleted()
    {
    }
}

public sealed class RecoveryTimedOutException(string message, Exception? cause = null) : AkkaException(message, cause);

/// <summary>Tells a recovering actor to see whether anything came in since the last one.</summary>
public sealed class RecoveryTick(bool snapshot)
{
    public bool Snapshot { get; } = snapshot;

    /// <summary>The instance that is recovering: its successor after a restart has a timer of its own.</summary>
    internal int ActorInstanceId { get; init; }
}
