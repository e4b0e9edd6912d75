namespace RaftActors.Journal;

/// <summary>
/// Which event of the journal holds which entries of the log. From that follows which events a snapshot makes needless.
/// </summary>
internal sealed class JournalIndex
{
    private readonly List<Event> _events = [];

    /// <summary>Records an event whose entries replace everything after an index.</summary>
    public void Add(long sequenceNr, long previousIndex, long lastIndex)
    {
        while (_events.Count > 0 && _events[^1].FirstIndex > previousIndex)
            _events.RemoveAt(_events.Count - 1);
        if (_events.Count > 0 && _events[^1].LastIndex > previousIndex)
            _events[^1] = _events[^1] with { LastIndex = previousIndex };
        _events.Add(new Event(sequenceNr, previousIndex + 1, lastIndex));
    }

    /// <summary>The last event up to which no event has an entry after an index.</summary>
    /// <param name="index">The index of the last entry that a snapshot includes.</param>
    /// <param name="lastSequenceNr">The last event of the journal.</param>
    public long LastCovered(long index, long lastSequenceNr)
    {
        int at = FirstBeyond(index);
        return at < _events.Count ? _events[at].SequenceNr - 1 : lastSequenceNr;
    }

    /// <summary>Forgets the events up to one that is covered.</summary>
    public void Forget(long sequenceNr)
    {
        int count = 0;
        while (count < _events.Count && _events[count].SequenceNr <= sequenceNr)
            count++;
        _events.RemoveRange(0, count);
    }

    /// <summary>Forgets all events, because the log begins anew after a snapshot.</summary>
    public void Clear() => _events.Clear();

    // The events hold consecutive runs of entries, so a binary search works.
    private int FirstBeyond(long index)
    {
        int low = 0, high = _events.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_events[middle].LastIndex > index)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private readonly record struct Event(long SequenceNr, long FirstIndex, long LastIndex);
}
