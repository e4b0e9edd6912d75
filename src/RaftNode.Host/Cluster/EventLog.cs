namespace RaftNode.Host.Cluster;

/// <summary>
/// The last events, in the order in which they were added, each with a position: 1, 2, 3 and so on. Readers read by
/// position, so a reader costs no memory here, however slow it is. All members may be used by any thread.
/// </summary>
/// <param name="most">How many events are remembered.</param>
internal sealed class EventLog(int most)
{
    private readonly Lock _lock = new();
    private readonly Queue<NodeEvent> _events = new();
    private TaskCompletionSource? _next;
    private long _last;

    /// <summary>The position of the last event; 0 if there was none.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <summary>Adds an event at the next position.</summary>
    public void Add(NodeEvent added)
    {
        lock (_lock)
        {
            _events.Enqueue(added);
            if (_events.Count > most)
                _events.Dequeue();
            _last++;
            _next?.TrySetResult();
            _next = null;
        }
    }

    /// <summary>Reads events after a position.</summary>
    /// <param name="after">The position.</param>
    /// <param name="count">The most events to read.</param>
    /// <returns>
    /// The events, and the position of the last of them. <c>null</c> if the events after the position are no longer
    /// remembered, or if there was no such position.
    /// </returns>
    public (NodeEvent[] Events, long Last)? Read(long after, int count = int.MaxValue)
    {
        lock (_lock)
        {
            long forgotten = _last - _events.Count;
            if (after < forgotten || after > _last)
                return null;
            NodeEvent[] events = [.. _events.Skip((int)(after - forgotten)).Take(count)];
            return (events, after + events.Length);
        }
    }

    /// <summary>Reads all events that are remembered.</summary>
    public (NodeEvent[] Events, long Last) ReadAll()
    {
        lock (_lock)
            return ([.. _events], _last);
    }

    /// <summary>Waits until there is an event after a position.</summary>
    public Task WaitAsync(long after)
    {
        lock (_lock)
        {
            if (_last > after)
                return Task.CompletedTask;
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }
    }
}
