namespace RaftNode.Host.KeyValue;

// What those see who watch the store.
internal sealed partial class KeyValueStore
{
    private TaskCompletionSource? _next;
    private bool _retired;

    /// <summary>Reads the changes after an index, in order.</summary>
    /// <param name="after">The index.</param>
    /// <param name="prefix">What their keys begin with.</param>
    /// <param name="most">How many changes are looked at.</param>
    /// <param name="changes">Where they are added.</param>
    /// <returns>The index up to which <paramref name="changes"/> is complete, at least <paramref name="after"/>; <c>null</c> when the history does not reach back that far.</returns>
    public long? ReadChanges(long after, string prefix, int most, List<Change> changes)
    {
        lock (_lock)
        {
            if (after < history.Floor)
                return null;
            return history.Read(after, prefix, most, changes) ?? Math.Max(after, _summary.Index);
        }
    }

    /// <summary>Reads the present state. The store waits meanwhile: a copy of references only.</summary>
    /// <param name="prefix">What keys begin with.</param>
    /// <param name="values">Where each key's value is added, as the change that brought it.</param>
    /// <returns>The index of the last command that is in the state.</returns>
    public long ReadState(string prefix, List<Change> values)
    {
        lock (_lock)
        {
            foreach (var (key, value) in _values.All())
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal))
                    values.Add(new Change(value.Version, key, value.Bytes));
            }
            return _summary.Index;
        }
    }

    /// <summary>Waits for a command after an index to be applied, or for another store to take this one's place.</summary>
    public Task WaitAsync(long after)
    {
        lock (_lock)
        {
            if (_summary.Index > after || _retired)
                return Task.CompletedTask;
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }
    }

    /// <summary>Another store takes this one's place.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _retired = true;
            WakeWatchers();
        }
    }

    private void WakeWatchers()
    {
        _next?.TrySetResult();
        _next = null;
    }
}
