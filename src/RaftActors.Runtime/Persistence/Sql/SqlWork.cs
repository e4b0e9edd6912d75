namespace Akka.Persistence.Sql;

/// <summary>Something the writer does for an actor: all of it or, if it fails, nothing of it.</summary>
internal abstract class SqlWork
{
    private int _reported;

    /// <summary>When it was queued, by the system's monotonic clock; never overdue if that is not said, for then whoever asked counts the time.</summary>
    public TimeSpan QueuedAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>About how many bytes it adds to the transaction.</summary>
    public virtual int Size => 0;

    /// <summary>Whether there is anything to execute; what only waits for the work before it has nothing.</summary>
    public virtual bool Writes => true;

    /// <summary>Called inside a transaction; again, in a transaction of its own, if another work of that one failed.</summary>
    /// <returns>False if a further call, in a later transaction, is needed to finish: long work does not keep the others waiting.</returns>
    public abstract bool Execute(SqlWriteStatements statements);

    /// <summary>Tells the outcome, once: the first of the writer, when the work is durable or has failed, and the watchdog, when it took too long.</summary>
    public void Report(Exception? failure)
    {
        if (Interlocked.Exchange(ref _reported, 1) == 0)
            Finished(failure);
    }

    protected abstract void Finished(Exception? failure);
}

/// <summary>Waits until everything queued before it has been written, or has failed.</summary>
internal sealed class SqlBarrier(Action reached) : SqlWork
{
    public override bool Writes => false;

    public override bool Execute(SqlWriteStatements statements) => true;

    protected override void Finished(Exception? failure) => reached();
}

/// <summary>Deletes events in steps, each of which leaves what a finished deletion up to there leaves: a crash between two deletes less, nothing else.</summary>
internal sealed class SqlDeleteEvents(string persistenceId, long toSequenceNr, Action<Exception?> finished) : SqlWork
{
    private const int Step = 500;

    public override bool Execute(SqlWriteStatements statements) => statements.DeleteEvents(persistenceId, toSequenceNr, Step);

    protected override void Finished(Exception? failure) => finished(failure);
}

internal sealed class SqlSaveSnapshot(string persistenceId, long sequenceNr, long created, SqlPayload payload, Action<Exception?> finished) : SqlWork
{
    public override int Size => payload.Bytes.Length;

    public override bool Execute(SqlWriteStatements statements)
    {
        statements.SaveSnapshot(persistenceId, sequenceNr, created, payload);
        return true;
    }

    protected override void Finished(Exception? failure) => finished(failure);
}

/// <summary>Deletes the snapshots within bounds that include their ends; times are ticks.</summary>
internal sealed class SqlDeleteSnapshots(string persistenceId, SqlSnapshotBounds bounds, Action<Exception?> finished) : SqlWork
{
    /// <summary>Snapshots may be large, and every page of one is visited.</summary>
    private const int Step = 16;

    public override bool Execute(SqlWriteStatements statements) => statements.DeleteSnapshots(persistenceId, bounds, Step);

    protected override void Finished(Exception? failure) => finished(failure);
}

/// <summary>An object as its serializer wrote it.</summary>
internal readonly record struct SqlPayload(byte[] Bytes, int SerializerId, string Manifest);

/// <summary>Which snapshots are meant; all bounds are inclusive, times in ticks.</summary>
internal readonly record struct SqlSnapshotBounds(long MinSequenceNr, long MaxSequenceNr, long MinCreated, long MaxCreated);
