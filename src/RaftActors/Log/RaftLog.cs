namespace RaftActors.Log;

/// <summary>
/// The log of a server in memory: consecutive entries in one array, and the commit index. The log refuses what must
/// never happen (a gap, a falling term, the loss of a committed entry) with an
/// <see cref="InvariantViolationException"/>.
/// </summary>
/// <remarks>
/// Terms never fall along a log, so the entries of a term are consecutive. The starts of the terms are kept besides the
/// entries. So an operation on a whole term is a binary search over the few terms in the log.
/// </remarks>
internal sealed class RaftLog
{
    /// <summary>What <see cref="TermAt"/> returns for an index that the log does not know.</summary>
    public const long UnknownTerm = -1;

    private const int InitialCapacity = 4;

    // The index and term of the entry before the first one; both 0 as long as nothing is compacted.
    private long _baseIndex;
    private long _baseTerm;
    private long _baseTime;
    private readonly List<TermRun> _runs = [];
    private LogEntry[] _entries = [];
    private int _count;

    public RaftLog(long baseIndex = 0, long baseTerm = 0, long baseTime = 0) => Reset(baseIndex, baseTerm, baseTime);

    /// <summary>The index before the first entry: 0, or the last index that was compacted.</summary>
    public long BaseIndex => _baseIndex;

    /// <summary>The index of the first entry. In an empty log, the index of the next entry.</summary>
    public long FirstIndex => _baseIndex + 1;

    /// <summary>The index of the last entry. In an empty log, the index before the first entry.</summary>
    public long LastIndex => _baseIndex + _count;

    /// <summary>The term of the last entry.</summary>
    public long LastTerm => _count > 0 ? _entries[_count - 1].Term : _baseTerm;

    /// <summary>The log time of the last entry; 0 when there is none.</summary>
    public long LastTime => _count > 0 ? _entries[_count - 1].Time : _baseTime;

    /// <summary>Whether the log has never held an entry.</summary>
    public bool IsEmpty => LastIndex == 0;

    /// <summary>The last index known to be committed (paper, Figure 2). It never goes back.</summary>
    public long CommitIndex { get; private set; }

    /// <summary>The bytes of payload in the log.</summary>
    public long Bytes { get; private set; }

    /// <summary>The entry at an index between <see cref="FirstIndex"/> and <see cref="LastIndex"/>.</summary>
    public LogEntry this[long index] => index > _baseIndex && index <= LastIndex
        ? _entries[index - _baseIndex - 1]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The log holds {FirstIndex} to {LastIndex}.");

    /// <summary>The term of the entry at an index, or <see cref="UnknownTerm"/>.</summary>
    public long TermAt(long index)
    {
        if (index == _baseIndex)
            return _baseTerm;
        return index > _baseIndex && index <= LastIndex ? _entries[index - _baseIndex - 1].Term : UnknownTerm;
    }

    /// <summary>
    /// Whether the log has the entry with that index and term. An entry that was compacted was committed, so every
    /// leader has the same entry there (paper, Leader Completeness).
    /// </summary>
    public bool Has(long index, long term) => index < _baseIndex || TermAt(index) == term;

    /// <summary>
    /// Whether a log with this last index and term is at least as up-to-date as this log (paper, section 5.4.1).
    /// </summary>
    public bool IsUpToDate(long lastIndex, long lastTerm) =>
        lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    /// <summary>Appends the next entry.</summary>
    public void Append(LogEntry entry)
    {
        if (entry.Index != LastIndex + 1)
            throw new InvariantViolationException($"Entry {entry.Index} would follow entry {LastIndex} in the log.");
        if (entry.Term < LastTerm)
            throw new InvariantViolationException($"Entry {entry.Index} of term {entry.Term} would follow one of term "
                + $"{LastTerm}.");

        if (_count == _entries.Length)
            Array.Resize(ref _entries, 2 * _count);
        if (_count == 0 || entry.Term != LastTerm)
            _runs.Add(new TermRun(entry.Index, entry.Term));
        _entries[_count++] = entry;
        Bytes += entry.Payload.Bytes.Length;
    }

    /// <summary>Removes all entries after an index. They must not be committed.</summary>
    public void TruncateAfter(long index)
    {
        if (index < CommitIndex)
            throw new InvariantViolationException($"Entries after {index} would be dropped, but {CommitIndex} is "
                + "committed.");
        if (index >= LastIndex)
            return;

        int keep = (int)(index - _baseIndex);
        for (int i = keep; i < _count; i++)
            Bytes -= _entries[i].Payload.Bytes.Length;
        Array.Clear(_entries, keep, _count - keep);
        _count = keep;
        while (_runs.Count > 0 && _runs[^1].FirstIndex > index)
            _runs.RemoveAt(_runs.Count - 1);
    }

    /// <summary>
    /// Removes the entries up to an index. They must be committed, and a snapshot replaces them (paper, section 7).
    /// </summary>
    public void CompactTo(long index)
    {
        if (index > CommitIndex)
            throw new InvariantViolationException($"Entries up to {index} would be compacted, but only {CommitIndex} "
                + "is committed.");
        if (index <= _baseIndex)
            return;

        int drop = (int)(index - _baseIndex);
        var last = _entries[drop - 1];
        for (int i = 0; i < drop; i++)
            Bytes -= _entries[i].Payload.Bytes.Length;
        int left = _count - drop;
        var entries = left < _entries.Length / 4 ? new LogEntry[Math.Max(InitialCapacity, 2 * left)] : _entries;
        Array.Copy(_entries, drop, entries, 0, left);
        if (entries == _entries)
            Array.Clear(_entries, left, drop);
        (_entries, _count) = (entries, left);
        (_baseIndex, _baseTerm, _baseTime) = (index, last.Term, last.Time);

        int run = left > 0 ? RunAt(index + 1) : _runs.Count;
        _runs.RemoveRange(0, run);
        if (left > 0)
            _runs[0] = _runs[0] with { FirstIndex = Math.Max(_runs[0].FirstIndex, index + 1) };
    }

    /// <summary>
    /// Removes all entries. The log goes on after an entry that is committed and that a snapshot includes.
    /// </summary>
    public void Reset(long index, long term, long time)
    {
        if (index < CommitIndex)
            throw new InvariantViolationException(
                $"The log would begin after {index}, but {CommitIndex} is committed.");
        _entries = new LogEntry[InitialCapacity];
        _count = 0;
        _runs.Clear();
        Bytes = 0;
        (_baseIndex, _baseTerm, _baseTime) = (index, term, time);
        CommitIndex = index;
    }

    /// <summary>
    /// The last index to compact so that at most <paramref name="maxEntries"/> entries with at most
    /// <paramref name="maxBytes"/> bytes are left up to <paramref name="index"/>.
    /// </summary>
    public long TrailingBase(long index, long maxEntries, long maxBytes)
    {
        long at = Math.Min(index, LastIndex), bytes = 0;
        while (at > _baseIndex && index - at < maxEntries)
        {
            bytes += this[at].Size;
            if (bytes > maxBytes)
                break;
            at--;
        }
        return at;
    }

    /// <summary>Moves the commit index forward. An index before it changes nothing.</summary>
    /// <returns>Whether the commit index moved.</returns>
    public bool CommitTo(long index)
    {
        if (index <= CommitIndex)
            return false;
        if (index > LastIndex)
            throw new InvariantViolationException(
                $"Index {index} would be committed, but the log ends at {LastIndex}.");
        CommitIndex = index;
        return true;
    }

    /// <summary>The number of entries that are not known to be committed, and the bytes of their payloads.</summary>
    public (int Count, long Bytes) Uncommitted()
    {
        long bytes = 0;
        for (long index = CommitIndex + 1; index <= LastIndex; index++)
            bytes += this[index].Payload.Size;
        return ((int)(LastIndex - CommitIndex), bytes);
    }

    /// <summary>The entries from one index to another, in a new array.</summary>
    public LogEntry[] Slice(long from, long to)
    {
        var slice = new LogEntry[to - from + 1];
        Array.Copy(_entries, from - _baseIndex - 1, slice, 0, slice.Length);
        return slice;
    }

    /// <summary>
    /// The last index of a batch that starts at <paramref name="from"/> and stays within the limits. A batch has at
    /// least one entry.
    /// </summary>
    public long LastOfBatch(long from, int maxEntries, int maxBytes)
    {
        long last = Math.Min(LastIndex, from + maxEntries - 1);
        long bytes = 0;
        for (long index = from; index <= last; index++)
        {
            bytes += this[index].Size;
            if (bytes > maxBytes && index > from)
                return index - 1;
        }
        return last;
    }

    /// <summary>
    /// The first index of the consecutive entries that have the same term as the entry at <paramref name="index"/>.
    /// </summary>
    public long FirstIndexOfTermAt(long index) => _runs[RunAt(index)].FirstIndex;

    /// <summary>
    /// The largest index up to <paramref name="index"/> whose term is at most <paramref name="term"/>. If there is
    /// none, the index before the first entry.
    /// </summary>
    public long LastIndexWithTermAtMost(long index, long term)
    {
        long at = Math.Min(index, LastIndex);
        if (at <= _baseIndex)
            return _baseIndex;
        for (int run = RunAt(at); run >= 0; run--)
        {
            if (_runs[run].Term <= term)
                return at;
            at = _runs[run].FirstIndex - 1;
        }
        return _baseIndex;
    }

    private int RunAt(long index)
    {
        int low = 0, high = _runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_runs[middle].FirstIndex <= index)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private readonly record struct TermRun(long FirstIndex, long Term);
}
