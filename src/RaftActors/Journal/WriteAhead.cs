using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Journal;

/// <summary>
/// The state of a peer in memory, and which part of it is durable: term and vote, and the log. State changes in memory
/// at once. A message that shows the change waits until the change is durable (paper, Figure 2: update stable storage
/// before responding). This class decides what the next event contains and which messages may be sent. It knows no
/// actor, clock or disk: the peer persists the event that <see cref="BeginWrite"/> returns, and then calls
/// <c>Written</c>.
/// </summary>
/// <remarks>
/// <para>
/// There is one write at a time. Everything that changes meanwhile goes into one next event. The log changes only
/// through this class, except for the entries at its beginning that a snapshot replaces.
/// </para>
/// <para>
/// Two safety properties depend on this class when a peer crashes: Election Safety, if a vote were forgotten and given
/// again, and Leader Completeness, if acknowledged entries were lost. WriteAheadSpec and WriteAheadPropertiesSpec test
/// both.
/// </para>
/// </remarks>
/// <param name="settings">The limits of a batch, and of pending proposals.</param>
/// <param name="log">The log.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="stores">Other state that must be durable.</param>
internal sealed class WriteAhead(
    RaftSettings settings, RaftLog log, ConfigurationHistory configurations, IAlsoDurable stores)
{
    private const long LargestProof = 64 * 1024 * 1024;

    // The batches as they were received, as long as they continue the entries of the last event. The next event
    // contains the same batches.
    private readonly List<EntryBatch> _received = [];

    // The messages that wait until everything they show is durable. An event for this process has no address.
    private readonly Queue<(string? Address, object Message)> _outbox = new();
    private EntryBatch[] _writing = [];
    private bool _isFlushRequested;

    // The least size of the event that proves that the store can be written, and whether that event is being written.
    private long? _proof;
    private bool _isProof;

    /// <summary>The term, vote and group in memory.</summary>
    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary>The term, vote and group on the disk.</summary>
    public HardState DurableHardState { get; private set; } = HardState.Initial;

    /// <summary>
    /// The last index up to which events with the log's entries have been issued. The next event has the rest.
    /// </summary>
    public long IssuedIndex { get; private set; }

    /// <summary>The last index up to which events with the log's entries are durable.</summary>
    public long PersistedIndex { get; private set; }

    /// <summary>When the write under way began; <c>null</c> if there is none.</summary>
    public TimeSpan? WritingSince { get; private set; }

    /// <summary>Whether everything besides entries that a message may show is durable.</summary>
    public bool IsDurable => DurableHardState == HardState && stores.IsDurable;

    /// <summary>
    /// The batches of the last event, as long as they are in the log. A message to a follower may contain the same
    /// batches.
    /// </summary>
    public ReadOnlySpan<EntryBatch> Writing => _writing;

    /// <summary>Which event has which entries.</summary>
    public JournalIndex Index { get; } = new();

    /// <summary>Called when the peer has recovered. The log already holds the store's entries.</summary>
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

    /// <summary>Records that the identity of the group is committed.</summary>
    public void DecideGroup(string groupId) => HardState = HardState with { GroupId = groupId };

    /// <summary>
    /// Records that the replica differs from those of a majority: see <see cref="HardState.DiffersAt"/>.
    /// </summary>
    public void FindDifference(long differsAt) => HardState = HardState with { DiffersAt = differsAt };

    /// <summary>Appends an entry as a leader.</summary>
    public void Append(LogEntry entry)
    {
        log.Append(entry);
        configurations.Append(entry);
    }

    /// <summary>Appends entries from the leader, which follow the last entry of the log.</summary>
    public void Append(EntryBatch batch)
    {
        foreach (var entry in batch.Entries)
            Append(entry);
        if (_received.Count > 0 ? batch.FirstIndex == _received[^1].LastIndex + 1 : batch.FirstIndex == IssuedIndex + 1)
            _received.Add(batch);
        else
            _received.Clear();
    }

    /// <summary>
    /// Removes the entries after an index, because the leader has others. The next event with entries records that.
    /// </summary>
    /// <returns>Whether there were any such entries.</returns>
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

    /// <summary>Replaces the log by a snapshot from the leader that is durable.</summary>
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
    /// Asks for a flush. The peer flushes after the messages that are already in its mailbox: it writes, and sends to
    /// its followers.
    /// </summary>
    /// <returns>Whether no flush had been asked for yet.</returns>
    public bool RequestFlush()
    {
        bool isFirst = !_isFlushRequested;
        _isFlushRequested = true;
        return isFirst;
    }

    /// <summary>Called when the requested flush begins.</summary>
    public void BeginFlush() => _isFlushRequested = false;

    /// <summary>Asks for a write, even if nothing has changed, to show whether the store can be written.</summary>
    /// <param name="bytes">
    /// The least size of the event in bytes. A full disk may have room for a smaller event than the one that failed.
    /// </param>
    public void Prove(long bytes) => _proof = bytes;

    /// <summary>Begins the next write, unless one is under way or there is nothing to write.</summary>
    /// <param name="now">The time.</param>
    /// <param name="holdsEntries">
    /// Whether a snapshot from the leader is about to replace the log. Then no entries are written, because they would
    /// seem to follow the snapshot.
    /// </param>
    /// <param name="installed">
    /// The event that records that the snapshot has replaced the log, once the snapshot is durable. It is written
    /// first.
    /// </param>
    /// <returns>The event to persist; <c>null</c> if there is none.</returns>
    public IRaftMessage? BeginWrite(TimeSpan now, bool holdsEntries = false, SnapshotInstalled? installed = null)
    {
        if (WritingSince is not null)
            return null;
        IRaftMessage? next = installed is null ? Next(holdsEntries) : installed;
        if (next is not null)
            WritingSince = now;
        return next;
    }

    /// <summary>Called when the event of the write under way is durable.</summary>
    /// <param name="written">The event.</param>
    /// <param name="sequenceNr">The sequence number of the event.</param>
    /// <returns>Whether the event was the requested proof.</returns>
    public bool Written(IRaftMessage written, long sequenceNr)
    {
        WritingSince = null;
        if (written is not StatePersisted persisted)
            return false;
        if (persisted.HardState is { } hardState)
            DurableHardState = hardState;
        if (persisted.Stores is not null)
            stores.Written();
        // If the log was truncated meanwhile, IssuedIndex already has the lower value.
        PersistedIndex = IssuedIndex;
        if (persisted.Batches.Count > 0)
            Index.Add(sequenceNr, persisted.PreviousIndex, persisted.Batches[^1].LastIndex);
        if (!_isProof)
            return false;
        (_proof, _isProof) = (null, false);
        return true;
    }

    private StatePersisted? Next(bool holdsEntries)
    {
        bool entries = log.LastIndex > IssuedIndex && !holdsEntries;
        bool hardState = DurableHardState != HardState || _proof is not null;
        if (!entries && !hardState && stores.IsDurable)
            return null;
        _writing = entries ? Batches(IssuedIndex + 1) : [];
        var next = new StatePersisted(hardState ? HardState : null, IssuedIndex, _writing) { Stores = stores.Take() };
        if (entries)
            IssuedIndex = log.LastIndex;
        _isProof = _proof is not null;
        return _proof is { } bytes ? next with { Padding = (int)Math.Clamp(bytes - next.Size, 0, LargestProof) } : next;
    }

    // If the received batches are all that must be written, they are written as they are.
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
    /// Whether a message may be sent now. A message that may show state that is not durable waits here.
    /// </summary>
    /// <param name="address">The peer that the message is for; <c>null</c> for an event of this process.</param>
    /// <param name="message">The message.</param>
    public bool Admit(string? address, object message)
    {
        if (IsDurable)
            return true;
        // A leader that steps down answers all its pending proposals, so they must fit.
        if (_outbox.Count >= 4096 + settings.MaxPendingProposals)
            _outbox.Dequeue();
        _outbox.Enqueue((address, message));
        return false;
    }

    /// <summary>Takes the next waiting message that may be sent now. A message of an earlier term is dropped.</summary>
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
