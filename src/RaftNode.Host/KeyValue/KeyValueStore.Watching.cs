namespace RaftNode.Host.KeyValue;

// What those see who watch the store.
internal sealed partial class KeyValueStore
{
    private TaskCompletionSource? _next;
    private bool _retired;

    /// <summary>Reads the changes after a position, in order.</summary>
    /// <param name="after">The position.</param>
    /// <param name="prefix">What their keys begin with.</param>
    /// <param name="most">How many changes are looked at.</param>
    /// <param name="changes">Where they are added.</param>
    /// <returns>
    /// The position up to which <paramref name="changes"/> is complete, at least <paramref name="after"/>; <c>null</c>
    /// when what is remembered does not reach back that far, or the position is one of another history.
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

    /// <summary>Reads the present state. The store waits meanwhile: a copy of references only.</summary>
    /// <param name="prefix">What keys begin with.</param>
    /// <param name="values">Where each key's value is added, as the change that brought it.</param>
    /// <returns>The position of the last command that is in the state.</returns>
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
    /// Waits for a command after a position to be applied, for another history, or for another store to take this one's
    /// place.
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
