namespace RaftActors.Replication;

/// <summary>
/// The last indexes of the messages under way to a follower, oldest first, in a ring of the window's size.
/// </summary>
internal sealed class Inflights(int capacity)
{
    private readonly long[] _lastIndexes = new long[capacity];
    private int _start;

    /// <summary>The number of messages under way.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the window is used up.</summary>
    public bool IsFull => Count == _lastIndexes.Length;

    /// <summary>Records a message by the index of its last entry. Indexes grow from one message to the next.</summary>
    public void Add(long lastIndex)
    {
        if (IsFull)
            throw new InvariantViolationException("A message was sent although the window is used up.");
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

    /// <summary>Forgets all messages.</summary>
    public void Clear()
    {
        _start = 0;
        Count = 0;
    }
}
