namespace RaftNode.Host.KeyValue;

/// <summary>
/// The latest changes of a store, as many as fit the limits. They depend on the log alone, so they are the same on
/// every node, and after a restart.
/// </summary>
/// <param name="maxChanges">The most changes in the history.</param>
/// <param name="maxBytes">The most bytes that the keys and values of these changes may have together.</param>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ChangeHistory(int maxChanges, long maxBytes)
{
    private Change[] _ring = new Change[16];
    private int _first;
    private int _count;
    private long _bytes;

    /// <summary>All changes after this index are in the history. Changes at or before it may be missing.</summary>
    public long Floor { get; private set; }

    /// <summary>Starts the history after a state that was not built change by change.</summary>
    /// <param name="index">The index of the last entry that the state includes.</param>
    public void StartAfter(long index)
    {
        Array.Clear(_ring);
        _first = _count = 0;
        _bytes = 0;
        Floor = index;
    }

    /// <summary>Adds the next change.</summary>
    public void Add(Change change)
    {
        if (_count == _ring.Length)
            Grow();
        At(_count++) = change;
        _bytes += Size(change);
        while (_count > maxChanges || _bytes > maxBytes)
            DropFirst();
    }

    /// <summary>Reads changes in order, beginning with the first change after an index.</summary>
    /// <param name="after">The index; not less than <see cref="Floor"/>.</param>
    /// <param name="prefix">The prefix of the keys.</param>
    /// <param name="most">The most changes to look at.</param>
    /// <param name="changes">The list to which the changes are added.</param>
    /// <returns>The index of the last change that was looked at; <c>null</c> if there are no more.</returns>
    public long? Read(long after, string prefix, int most, List<Change> changes)
    {
        var from = FirstAfter(after);
        var to = Math.Min(_count, from + most);
        for (var i = from; i < to; i++)
        {
            if (At(i).Key.StartsWith(prefix, StringComparison.Ordinal))
                changes.Add(At(i));
        }
        return to < _count ? At(to - 1).Index : null;
    }

    private static long Size(Change change) => 64 + (2 * change.Key.Length) + (change.Value?.Length ?? 0);

    private ref Change At(int i) => ref _ring[(_first + i) & (_ring.Length - 1)];

    private int FirstAfter(long index)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Index <= index)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void DropFirst()
    {
        ref var first = ref At(0);
        Floor = first.Index;
        _bytes -= Size(first);
        first = default;
        _first = (_first + 1) & (_ring.Length - 1);
        _count--;
    }

    private void Grow()
    {
        var larger = new Change[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
            larger[i] = At(i);
        (_ring, _first) = (larger, 0);
    }
}
