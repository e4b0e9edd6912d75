using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Simulation.Checks;

/// <summary>What a node's disk holds, put together from the events as they are written: against this, not against what peers say of themselves, durability is judged.</summary>
internal sealed class DurableState
{
    private readonly List<long> _terms = [];

    /// <summary>Told each event that is written, and its bytes.</summary>
    public Action<object, byte[]>? Watcher { get; set; }

    /// <summary>The term and vote on the disk.</summary>
    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary>The last entry on the disk.</summary>
    public long LastIndex => _terms.Count;

    /// <summary>The term of the entry at an index on the disk, or 0.</summary>
    public long TermAt(long index) => index >= 1 && index <= _terms.Count ? _terms[(int)index - 1] : 0;

    /// <summary>An event was written.</summary>
    public void Written(object @event, byte[] bytes)
    {
        if (@event is Persisted persisted)
        {
            HardState = persisted.HardState ?? HardState;
            if (persisted.Batches.Count > 0)
                Replace(persisted);
        }
        Watcher?.Invoke(@event, bytes);
    }

    private void Replace(Persisted persisted)
    {
        if (persisted.PreviousIndex < _terms.Count)
            _terms.RemoveRange((int)persisted.PreviousIndex, _terms.Count - (int)persisted.PreviousIndex);
        foreach (var batch in persisted.Batches)
        {
            foreach (var entry in batch.Entries)
                _terms.Add(entry.Term);
        }
    }
}
