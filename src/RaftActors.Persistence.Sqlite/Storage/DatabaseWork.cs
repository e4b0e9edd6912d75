namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>A unit of work of the writer. The writer does all of it or, if it fails, nothing.</summary>
internal abstract class DatabaseWork
{
    private int _reported;

    /// <summary>When the work was queued.</summary>
    public QueueTime Queued { get; init; }

    /// <summary>The approximate number of bytes that the work adds to the transaction.</summary>
    public virtual int Size => 0;

    /// <summary>
    /// Whether the work writes to the database. If not, the work only gives its answers, in the order of the queue.
    /// </summary>
    public virtual bool Writes => true;

    /// <summary>The reads that wait for this work to end. Guarded by the gate of the writer.</summary>
    internal List<PendingRead>? Readers { get; set; }

    /// <summary>Whether the last execution left a part of the work undone. Used by the writer only.</summary>
    internal bool IsUnfinished { get; set; }

    /// <summary>Whether a read under a persistence id has to wait for this work.</summary>
    public abstract bool Concerns(string persistenceId);

    /// <summary>
    /// Does the work inside a transaction. If another work in that transaction fails, this method is called again in a
    /// transaction of its own.
    /// </summary>
    /// <returns>
    /// Whether the work is finished. If not, the method is called again in a later transaction. So long work does not
    /// delay other work.
    /// </returns>
    public abstract bool Execute(WriteStatements statements);

    /// <summary>
    /// Reports the outcome. Only the first report counts. The writer reports when the work is durable or has failed.
    /// The watchdog reports when the work takes too long.
    /// </summary>
    public void Report(Exception? failure)
    {
        if (Interlocked.Exchange(ref _reported, 1) == 0)
            Finished(failure);
    }

    protected abstract void Finished(Exception? failure);
}

/// <summary>When something was queued, as a watchdog counts time.</summary>
/// <param name="Watchdog">The watchdog; <c>null</c> for work that is never overdue.</param>
/// <param name="At">The time that the watchdog had counted.</param>
internal readonly record struct QueueTime(object? Watchdog, TimeSpan At)
{
    /// <summary>Whether this time is before another time of the same watchdog.</summary>
    public bool IsBefore(QueueTime other) => Watchdog is not null && Watchdog == other.Watchdog && At < other.At;
}

/// <summary>A read that waits until the earlier writes that concern it have ended, successfully or not.</summary>
/// <param name="queued">When the read was queued.</param>
/// <param name="ready">Called once: with <c>null</c> when the read may begin, or with a failure.</param>
internal sealed class PendingRead(QueueTime queued, Action<Exception?> ready)
{
    private int _reported;

    public QueueTime Queued => queued;

    /// <summary>The number of works that the read waits for. Guarded by the gate of the writer.</summary>
    public int Waiting { get; set; }

    public void Report(Exception? failure)
    {
        if (Interlocked.Exchange(ref _reported, 1) == 0)
            ready(failure);
    }
}
