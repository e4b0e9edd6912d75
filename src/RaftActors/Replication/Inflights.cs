namespace RaftActors.Replication;

/// <summary>
/// The last indexes of the messages under way to a follower, oldest first, in a ring. Its size is at most that of the
/// window.
/// </summary>
internal sealed class Inflights(int capacity)
{
    private const int InitialSize = 4;

    // Most groups have few messages under way, and a node may have very many groups.
    private long[] _lastIndexes = new long[Math.Min(InitialSize, capacity)];
    private int _start;

    /// <summary>The number of messages under way.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the window is used up.</summary>
    public bool IsFull => Count == capacity;

    /// <summary>Records a message by the index of its last entry. Indexes grow from one message to the next.</summary>
    public void Add(long lastIndex)
    {
        if (IsFull)
            throw new InvariantViolationException("A message was sent although the window is used up.");
        if (Count == _lastIndexes.Length)
            Grow();
        _lastIndexes[(_start + Count) % _lastIndexes.Length] = lastIndex;
        Count++;
    }

    /// <summary>Forgets the messages that an acknowledgement up to this index covers.</summary>
    public void FreeUpTo(long index)
    {
        while (Count > 0 && _lastIndexes[_start] <= index)
        {
            _start = (_start + 1) % _lastIndexes.Length;
            Count--;
        }
    }

    private void Grow()
    {
        long[] larger = new long[Math.Min(2 * Count, capacity)];
        for (int i = 0; i < Count; i++)
            larger[i] = _lastIndexes[(_start + i) % Count];
        (_lastIndexes, _start) = (larger, 0);
    }

    /// <summary>Forgets all messages.</summary>
    public void Clear()
    {
        _start = 0;
        Count = 0;
    }
}
