namespace RaftNode.Host.KeyValue;

// The part of the store for watchers.
internal sealed partial class KeyValueStore
{
    private TaskCompletionSource? _next;
    private bool _retired;

    /// <summary>Reads the changes after a position, in order.</summary>
    /// <param name="after">The position.</param>
    /// <param name="prefix">The prefix of the keys.</param>
    /// <param name="most">The most changes to look at.</param>
    /// <param name="changes">The list to which the changes are added.</param>
    /// <returns>
    /// The position up to which <paramref name="changes"/> is complete, at least <paramref name="after"/>. <c>null</c>
    /// if the history does not reach back that far, or if the position belongs to another history of the group.
    /// </returns>
    public Position? ReadChanges(Position after, string prefix, int most, List<Change> changes)
    {
        lock (_lock)
        {
            if (after.Index < history.Floor || (_histories.Count > 0 && !after.IsOf(_histories)))
                return null;
            var upTo = history.Read(after.Index, prefix, most, changes) ?? Math.Max(after.Index, _summary.Index);
            return upTo > after.Index ? Position.Of(upTo, _histories) : after;
        }
    }

    /// <summary>Reads the present state. The store waits meanwhile, but only references are copied.</summary>
    /// <param name="prefix">The prefix of the keys.</param>
    /// <param name="values">The list to which each key's value is added, as the change that wrote it.</param>
    /// <returns>The position of the last command that the state includes.</returns>
    public Position ReadState(string prefix, List<Change> values)
    {
        lock (_lock)
        {
            foreach (var (key, value) in _values.All())
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal))
                    values.Add(new Change(value.Version, key, value.Bytes));
            }
            return Position.Of(_summary.Index, _histories);
        }
    }

    /// <summary>The position of the last command that was applied.</summary>
    public Position Present
    {
        get
        {
            lock (_lock)
                return Position.Of(_summary.Index, _histories);
        }
    }

    /// <summary>
    /// Waits until a command after a position is applied, another history begins, or another store replaces this one.
    /// </summary>
    public Task WaitAsync(Position after)
    {
        lock (_lock)
        {
            if (_summary.Index > after.Index || _retired || (_histories.Count > 0 && !after.IsOf(_histories)))
                return Task.CompletedTask;
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }
    }

    /// <summary>Called when another store replaces this one.</summary>
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
