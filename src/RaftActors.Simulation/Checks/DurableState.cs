using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// What a node's disk holds, put together from the events as they are written: against this, not against what peers say
/// of themselves, durability is judged.
/// </summary>
internal sealed class DurableState
{
    // What the disk had before it was set back, or before an event was damaged; that was confirmed, and counted when it
    // was.
    private readonly List<DurableState> _former = [];

    // Of the entries after the base: what is at and before it, an installed snapshot stands in for.
    private readonly List<long> _terms = [];
    private readonly HashSet<(long Term, string Candidate)> _votes = [];

    /// <summary>The last index that an installed snapshot stands in for.</summary>
    public long BaseIndex { get; private set; }

    /// <summary>The term and vote on the disk.</summary>
    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary>The identity of the store; empty until it has one.</summary>
    public string StoreId { get; private set; } = "";

    /// <summary>The last entry on the disk.</summary>
    public long LastIndex => BaseIndex + _terms.Count;

    /// <summary>Whether a snapshot of another peer ever took the place of the log.</summary>
    public bool WasInstalled { get; private set; }

    /// <summary>Whether the disk has an entry, itself or in a snapshot.</summary>
    public bool Has(long index, long term) =>
        index <= BaseIndex || (index <= LastIndex && _terms[(int)(index - BaseIndex) - 1] == term);

    /// <summary>Whether the disk has an entry, or had it before it was set back.</summary>
    public bool EverHad(long index, long term) => Has(index, term) || _former.Exists(former => former.Has(index, term));

    /// <summary>The state as it is now, for <see cref="SetBack"/>.</summary>
    public DurableState Copy()
    {
        var copy = new DurableState { BaseIndex = BaseIndex, HardState = HardState, StoreId = StoreId,
            WasInstalled = WasInstalled };
        copy._terms.AddRange(_terms);
        return copy;
    }

    /// <summary>The disk is as it was when a copy was made.</summary>
    public void SetBack(DurableState copy)
    {
        _former.Add(Copy());
        (BaseIndex, HardState, StoreId, WasInstalled) =
            (copy.BaseIndex, copy.HardState, copy.StoreId, copy.WasInstalled);
        _terms.Clear();
        _terms.AddRange(copy._terms);
    }

    /// <summary>
    /// An event could not be read: the disk has what the peer has recovered, which is the beginning of what it had.
    /// </summary>
    public void Cut(RaftLog log, string groupId)
    {
        _former.Add(Copy());
        HardState = HardState with { GroupId = groupId };
        _terms.Clear();
        BaseIndex = log.FirstIndex - 1;
        for (long index = log.FirstIndex; index <= log.LastIndex; index++)
            _terms.Add(log.TermAt(index));
    }

    /// <summary>Whether there was ever a vote for a candidate in a term on the disk.</summary>
    public bool HasVoted(long term, string candidate) => _votes.Contains((term, candidate));

    /// <summary>An event was written.</summary>
    public void Written(object @event)
    {
        if (@event is Persisted persisted)
        {
            HardState = persisted.HardState ?? HardState;
            if (HardState.VotedFor is { } candidate)
                _votes.Add((HardState.Term, candidate));
            if (persisted.Batches.Count > 0)
                Replace(persisted);
        }
        if (@event is PeerCreated created)
            StoreId = created.StoreId;
        if (@event is StoreRenewed renewed)
            StoreId = renewed.StoreId;
        if (@event is SnapshotInstalled installed)
        {
            WasInstalled = true;
            SnapshotCounts(installed.LastIncludedIndex);
        }
    }

    /// <summary>A restore has written a snapshot, whose manifest has the term.</summary>
    public void Restored(HardState hardState) => HardState = hardState;

    /// <summary>A snapshot has taken the place of the log.</summary>
    public void SnapshotCounts(long lastIncludedIndex)
    {
        _terms.Clear();
        BaseIndex = lastIncludedIndex;
    }

    private void Replace(Persisted persisted)
    {
        int keep = (int)(Math.Max(persisted.PreviousIndex, BaseIndex) - BaseIndex);
        if (keep < _terms.Count)
            _terms.RemoveRange(keep, _terms.Count - keep);
        foreach (var batch in persisted.Batches)
        {
            foreach (var entry in batch.Entries)
            {
                if (entry.Index > BaseIndex)
                    _terms.Add(entry.Term);
            }
        }
    }
}
