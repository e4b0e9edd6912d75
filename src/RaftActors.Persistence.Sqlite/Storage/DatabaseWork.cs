namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>Something the writer does for an actor: all of it or, if it fails, nothing of it.</summary>
internal abstract class DatabaseWork
{
    private int _reported;

    /// <summary>When it was queued.</summary>
    public QueueTime Queued { get; init; }

    /// <summary>About how many bytes it adds to the transaction.</summary>
    public virtual int Size => 0;

    /// <summary>
    /// Whether there is anything to execute. What has only answers to give, in their order, has nothing.
    /// </summary>
    public virtual bool Writes => true;

    /// <summary>Reads that begin when this work has ended. Guarded by the gate of the writer.</summary>
    internal List<PendingRead>? Readers { get; set; }

    /// <summary>Whether the last execution has left something to do. Used by the writer.</summary>
    internal bool IsUnfinished { get; set; }

    /// <summary>Whether a read of what is stored under a persistence id has to wait for this work.</summary>
    public abstract bool Concerns(string persistenceId);

    /// <summary>
    /// Called inside a transaction; again, in a transaction of its own, if another work of that one failed.
    /// </summary>
    /// <returns>
    /// Whether it is done. If not, it is called again in a later transaction: long work does not keep others waiting.
    /// </returns>
    public abstract bool Execute(WriteStatements statements);

    /// <summary>
    /// Tells the outcome, once: the first of the writer, when the work is durable or has failed, and the watchdog, when
    /// it took too long.
    /// </summary>
    public void Report(Exception? failure)
    {
        if (Interlocked.Exchange(ref _reported, 1) == 0)
            Finished(failure);
    }

    protected abstract void Finished(Exception? failure);
}

/// <summary>When something was queued, by a watchdog's own count of time.</summary>
/// <param name="Watchdog">Whose count it is; <c>null</c> for what is never overdue.</param>
/// <param name="At">The count.</param>
internal readonly record struct QueueTime(object? Watchdog, TimeSpan At)
{
    /// <summary>Whether it lies before another time of the same watchdog.</summary>
    public bool IsBefore(QueueTime other) => Watchdog is not null && Watchdog == other.Watchdog && At < other.At;
}

/// <summary>A read that waits until the writes before it that concern it have ended, well or not.</summary>
/// <param name="queued">Since when it waits.</param>
/// <param name="ready">Told, once, that it may begin, or what it failed for.</param>
internal sealed class PendingRead(QueueTime queued, Action<Exception?> ready)
{
    private int _reported;

    public QueueTime Queued => queued;

    /// <summary>How many works it waits for. Guarded by the gate of the writer.</summary>
    public int Waiting { get; set; }

    public void Report(Exception? failure)
    {
        if (Interlocked.Exchange(ref _reported, 1) == 0)
            ready(failure);
    }
}
