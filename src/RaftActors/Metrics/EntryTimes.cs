namespace RaftActors.Metrics;

/// <summary>
/// How long the batches of a leader take: from when their first entry is appended until all of them is committed, and
/// from then until all of them is applied. A batch is what the leader appends between two flushes.
/// </summary>
/// <param name="committed">Told how long a batch took to be committed.</param>
/// <param name="applied">Told how long a batch then took to be applied.</param>
internal sealed class EntryTimes(Action<TimeSpan> committed, Action<TimeSpan> applied)
{
    private readonly Queue<(long LastIndex, TimeSpan Since)> _uncommitted = new();
    private readonly Queue<(long LastIndex, TimeSpan Since)> _unapplied = new();
    private TimeSpan? _appended;

    /// <summary>Whether an entry was appended since the last flush.</summary>
    public bool HasAppended => _appended is not null;

    /// <summary>Whether a batch is not known to be committed.</summary>
    public bool HasUncommitted => _uncommitted.Count > 0;

    /// <summary>Whether a committed batch is not known to be applied.</summary>
    public bool HasUnapplied => _unapplied.Count > 0;

    /// <summary>Called when the first entry after a flush is appended.</summary>
    public void Appended(TimeSpan now) => _appended = now;

    /// <summary>Called when the leader flushes: the batch ends.</summary>
    /// <param name="lastIndex">The last index of the log.</param>
    public void Flushed(long lastIndex)
    {
        if (_appended is { } since)
            _uncommitted.Enqueue((lastIndex, since));
        _appended = null;
    }

    /// <summary>Called when entries are committed.</summary>
    public void Committed(long commitIndex, TimeSpan now)
    {
        while (_uncommitted.TryPeek(out var batch) && batch.LastIndex <= commitIndex)
        {
            _uncommitted.Dequeue();
            committed(now - batch.Since);
            _unapplied.Enqueue((batch.LastIndex, now));
        }
    }

    /// <summary>Called when entries are applied.</summary>
    public void Applied(long appliedIndex, TimeSpan now)
    {
        while (_unapplied.TryPeek(out var batch) && batch.LastIndex <= appliedIndex)
        {
            _unapplied.Dequeue();
            applied(now - batch.Since);
        }
    }

    /// <summary>Called when the peer no longer leads.</summary>
    public void Clear()
    {
        _uncommitted.Clear();
        _unapplied.Clear();
        _appended = null;
    }
}
