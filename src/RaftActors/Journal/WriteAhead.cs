using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Journal;

/// <summary>
/// What a peer has in its memory and what of it is durable: term and vote, and the log. Memory moves at once; what the
/// outside may learn of it waits for the disk (paper, Figure 2: respond after updating stable storage). It decides what
/// the next event contains and what may be said, and knows no actor, clock or disk: the peer persists what
/// <see cref="BeginWrite"/> returns, and says so with <c>Written</c>.
/// </summary>
/// <remarks>
/// <para>
/// One write at a time; whatever changes meanwhile is the next single event. The log changes only through this object,
/// but for what a snapshot replaces at its beginning.
/// </para>
/// <para>
/// Properties at stake, in a crash: Election Safety, if a vote is forgotten and given again; and Leader Completeness,
/// if entries were acknowledged and are lost. WriteAheadSpec and WriteAheadPropertiesSpec would show both.
/// </para>
/// </remarks>
/// <param name="settings">The limits of a batch, and how many proposals may be answered at once.</param>
/// <param name="log">The log.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="stores">What has to be durable, too.</param>
internal sealed class WriteAhead(
    RaftSettings settings, RaftLog log, ConfigurationHistory configurations, IAlsoDurable stores)
{
    private const long LargestProof = 64 * 1024 * 1024;

    // Batches as they were received, which the next event takes over: as long as they continue what was issued.
    private readonly List<EntryBatch> _received = [];

    // What waits until all is durable that it shows; events for this process have no address.
    private readonly Queue<(string? Address, object Message)> _outbox = new();
    private EntryBatch[] _writing = [];
    private bool _isFlushRequested;

    // How large the event has to be that proves that the store takes one; and whether that is being written.
    private long? _proof;
    private bool _isProof;

    /// <summary>Term, vote and group, as the peer has them in memory.</summary>
    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary>Term, vote and group, as they are on the disk.</summary>
    public HardState DurableHardState { get; private set; } = HardState.Initial;

    /// <summary>
    /// The last index up to which the log is covered by events that were issued; the next event has the rest.
    /// </summary>
    public long IssuedIndex { get; private set; }

    /// <summary>The last index up to which the log is covered by events that are on the disk.</summary>
    public long PersistedIndex { get; private set; }

    /// <summary>Since when a write is under way; <c>null</c> when none is.</summary>
    public TimeSpan? WritingSince { get; private set; }

    /// <summary>Whether all is durable that a message may show beside entries.</summary>
    public bool IsDurable => DurableHardState == HardState && stores.IsDurable;

    /// <summary>
    /// The entries of the last event, as long as they are in the log: a message to a follower may have the same.
    /// </summary>
    public ReadOnlySpan<EntryBatch> Writing => _writing;

    /// <summary>Which event has which entries.</summary>
    public JournalIndex Index { get; } = new();

    /// <summary>The peer goes on with what its store says, which is in the log already.</summary>
    public void Recovered(HardState hardState)
    {
        HardState = DurableHardState = hardState;
        PersistedIndex = IssuedIndex = log.LastIndex;
    }

    // ---- What changes

    /// <summary>Enters a later term.</summary>
    public void EnterTerm(long term) => HardState = HardState.InTerm(term);

    /// <summary>Gives the vote of this term.</summary>
    public void Vote(string memberId, string storeId) => HardState = HardState.Voting(memberId, storeId);

    /// <summary>The identity of the group is committed.</summary>
    public void DecideGroup(string groupId) => HardState = HardState with { GroupId = groupId };

    /// <summary>The replica differs from those of a majority: see <see cref="HardState.DiffersAt"/>.</summary>
    public void FindDifference(long differsAt) => HardState = HardState with { DiffersAt = differsAt };

    /// <summary>Appends an entry of this peer's own.</summary>
    public void Append(LogEntry entry)
    {
        log.Append(entry);
        configurations.Append(entry);
    }

    /// <summary>Appends the leader's entries, which follow those in the log.</summary>
    public void Append(EntryBatch batch)
    {
        foreach (var entry in batch.Entries)
            Append(entry);
        if (_received.Count > 0 ? batch.FirstIndex == _received[^1].LastIndex + 1 : batch.FirstIndex == IssuedIndex + 1)
            _received.Add(batch);
        else
            _received.Clear();
    }

    /// <summary>Drops the entries after an index: the leader has others. The next event says so with those.</summary>
    /// <returns>Whether there were any.</returns>
    public bool TruncateAfter(long index)
    {
        if (index >= log.LastIndex)
            return false;
        log.TruncateAfter(index);
        configurations.TruncateAfter(index);
        IssuedIndex = Math.Min(IssuedIndex, index);
        PersistedIndex = Math.Min(PersistedIndex, index);
        ForgetBatches();
        return true;
    }

    /// <summary>A snapshot of the leader, which is on the disk, takes the place of the log.</summary>
    public void ReplaceLog(Snapshot snapshot)
    {
        if (WritingSince is not null)
            throw new InvariantViolationException("The log would be replaced while entries of it are being written.");
        log.Reset(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.LastIncludedTime);
        configurations.Reset(snapshot.ConfigurationIndex, snapshot.Configuration);
        Index.Clear();
        PersistedIndex = IssuedIndex = snapshot.LastIncludedIndex;
        ForgetBatches();
    }

    // ---- What is written

    /// <summary>
    /// Asks for a flush: the peer writes, and sends to its followers, behind the messages that are here already.
    /// </summary>
    /// <returns>Whether it was not asked for before.</returns>
    public bool RequestFlush()
    {
        bool isFirst = !_isFlushRequested;
        _isFlushRequested = true;
        return isFirst;
    }

    /// <summary>The flush that was asked for begins.</summary>
    public void BeginFlush() => _isFlushRequested = false;

    /// <summary>Has something written, even if nothing has changed, to show whether the store takes it.</summary>
    /// <param name="bytes">
    /// How large that is to be at least: a full disk may have room for less than what has failed.
    /// </param>
    public void Prove(long bytes) => _proof = bytes;

    /// <summary>Begins the next write, unless one is under way or there is nothing to write.</summary>
    /// <param name="now">The time.</param>
    /// <param name="holdsEntries">
    /// A snapshot of the leader is about to take the place of the log: no entries of the log are written, or they would
    /// seem to follow the snapshot.
    /// </param>
    /// <param name="installed">The event by which it does, once the snapshot is on the disk: that goes first.</param>
    /// <returns>The event that is to be persisted, or <c>null</c>.</returns>
    public IRaftMessage? BeginWrite(TimeSpan now, bool holdsEntries = false, SnapshotInstalled? installed = null)
    {
        if (WritingSince is not null)
            return null;
        IRaftMessage? next = installed is null ? Next(holdsEntries) : installed;
        if (next is not null)
            WritingSince = now;
        return next;
    }

    /// <summary>The event of the write that is under way is on the disk.</summary>
    /// <param name="written">The event.</param>
    /// <param name="sequenceNr">Its number.</param>
    /// <returns>Whether it was the proof that was asked for.</returns>
    public bool Written(IRaftMessage written, long sequenceNr)
    {
        WritingSince = null;
        if (written is not Persisted persisted)
            return false;
        if (persisted.HardState is { } hardState)
            DurableHardState = hardState;
        if (persisted.Stores is not null)
            stores.Written();
        // A truncation since then has lowered IssuedIndex to what is still covered.
        PersistedIndex = IssuedIndex;
        if (persisted.Batches.Count > 0)
            Index.Add(sequenceNr, persisted.PreviousIndex, persisted.Batches[^1].LastIndex);
        if (!_isProof)
            return false;
        (_proof, _isProof) = (null, false);
        return true;
    }

    private Persisted? Next(bool holdsEntries)
    {
        bool entries = log.LastIndex > IssuedIndex && !holdsEntries;
        bool hardState = DurableHardState != HardState || _proof is not null;
        if (!entries && !hardState && stores.IsDurable)
            return null;
        _writing = entries ? Batches(IssuedIndex + 1) : [];
        var next = new Persisted(hardState ? HardState : null, IssuedIndex, _writing) { Stores = stores.Take() };
        if (entries)
            IssuedIndex = log.LastIndex;
        _isProof = _proof is not null;
        return _proof is { } bytes ? next with { Padding = (int)Math.Clamp(bytes - next.Size, 0, LargestProof) } : next;
    }

    // What was received is written as it came, if it is all there is.
    private EntryBatch[] Batches(long from)
    {
        bool isAll = _received.Count > 0 && _received[0].FirstIndex == from && _received[^1].LastIndex == log.LastIndex;
        var batches = isAll ? _received : [];
        while (!isAll && from <= log.LastIndex)
        {
            long to = log.LastOfBatch(from, settings.MaxBatchEntries, settings.MaxBatchBytes);
            batches.Add(new EntryBatch(log.Slice(from, to)));
            from = to + 1;
        }
        EntryBatch[] result = [.. batches];
        _received.Clear();
        return result;
    }

    private void ForgetBatches()
    {
        _received.Clear();
        _writing = [];
    }

    // ---- What may be said

    /// <summary>
    /// Says whether a message may leave now. A message that may show what is not durable yet waits here until it may.
    /// </summary>
    /// <param name="address">The peer that it is for; <c>null</c> for an event of this process.</param>
    /// <param name="message">The message.</param>
    public bool Admit(string? address, object message)
    {
        if (IsDurable)
            return true;
        // A leader that steps down answers all that it was asked.
        if (_outbox.Count >= 4096 + settings.MaxPendingProposals)
            _outbox.Dequeue();
        _outbox.Enqueue((address, message));
        return false;
    }

    /// <summary>
    /// Takes the next message that has waited and may leave now. A message of a former term leaves no more.
    /// </summary>
    public bool TryRelease(out (string? Address, object Message) held)
    {
        while (IsDurable && _outbox.TryDequeue(out held))
        {
            if (held.Message is not PeerMessage message || message.Term == HardState.Term)
                return true;
        }
        held = default;
        return false;
    }
}
