using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// The contents of a node's disk, computed from the events as they are written. Durability is checked against these
/// contents, and not against what peers say.
/// </summary>
internal sealed class DurableState
{
    // The contents of the disk before it was set back, or before an event was damaged. What was confirmed with them
    // counted at that time.
    private readonly List<DurableState> _former = [];

    // The terms of the entries after the base. An installed snapshot replaces the entries up to the base.
    private readonly List<long> _terms = [];
    private readonly HashSet<(long Term, string Candidate)> _votes = [];

    // Entries that later ones have replaced.
    private readonly HashSet<(long Index, long Term)> _replaced = [];

    /// <summary>The last index that an installed snapshot replaces.</summary>
    public long BaseIndex { get; private set; }

    /// <summary>The term and vote on the disk.</summary>
    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary>The identity of the store; empty until it has one.</summary>
    public string StoreId { get; private set; } = "";

    /// <summary>The index of the last entry on the disk.</summary>
    public long LastIndex => BaseIndex + _terms.Count;

    /// <summary>Whether a snapshot from another peer has ever replaced the log.</summary>
    public bool WasInstalled { get; private set; }

    /// <summary>Whether the disk has an entry, in the log or in a snapshot.</summary>
    public bool Has(long index, long term) =>
        index <= BaseIndex || (index <= LastIndex && _terms[(int)(index - BaseIndex) - 1] == term);

    /// <summary>Whether the disk has an entry, or had it before it was set back.</summary>
    public bool EverHad(long index, long term) => Has(index, term) || _former.Exists(former => former.Has(index, term));

    /// <summary>A copy of the present contents, for <see cref="SetBack"/>.</summary>
    public DurableState Copy()
    {
        var copy = new DurableState { BaseIndex = BaseIndex, HardState = HardState, StoreId = StoreId,
            WasInstalled = WasInstalled };
        copy._terms.AddRange(_terms);
        return copy;
    }

    /// <summary>Sets the disk back to the contents of a copy.</summary>
    public void SetBack(DurableState copy)
    {
        _former.Add(Copy());
        (BaseIndex, HardState, StoreId, WasInstalled) =
            (copy.BaseIndex, copy.HardState, copy.StoreId, copy.WasInstalled);
        _terms.Clear();
        _terms.AddRange(copy._terms);
    }

    /// <summary>
    /// Whether the disk has all entries of a log, or had them before later ones replaced them. The event that replaced
    /// them may be the one that cannot be read.
    /// </summary>
    public bool EverHadAll(RaftLog log)
    {
        for (long index = log.FirstIndex; index <= log.LastIndex; index++)
        {
            long term = log.TermAt(index);
            if (!EverHad(index, term) && !_replaced.Contains((index, term)))
                return false;
        }
        return true;
    }

    /// <summary>
    /// Called when an event could not be read. The disk then has what the peer has recovered, which is a prefix of a
    /// former log.
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

    /// <summary>Whether a vote for a candidate in a term was ever on the disk.</summary>
    public bool HasVoted(long term, string candidate) => _votes.Contains((term, candidate));

    /// <summary>Called when an event was written.</summary>
    public void Written(object @event)
    {
        if (@event is StatePersisted persisted)
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

    /// <summary>Called when a restore has written a snapshot, whose manifest has the term.</summary>
    public void Restored(HardState hardState) => HardState = hardState;

    /// <summary>Called when a snapshot has replaced the log.</summary>
    public void SnapshotCounts(long lastIncludedIndex)
    {
        _terms.Clear();
        BaseIndex = lastIncludedIndex;
    }

    private void Replace(StatePersisted persisted)
    {
        int keep = (int)(Math.Max(persisted.PreviousIndex, BaseIndex) - BaseIndex);
        for (int i = keep; i < _terms.Count; i++)
            _replaced.Add((BaseIndex + i + 1, _terms[i]));
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
