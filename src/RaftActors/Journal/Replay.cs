using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Journal;

/// <summary>
/// Replays a peer's store: a snapshot, and the events after it, one by one. Only this class knows what an event means
/// for a peer that starts. A start of a peer, an inspection and the recovery of a survivor use it.
/// </summary>
/// <remarks>
/// <para>
/// An event from which the peer cannot go on is refused with a <see cref="JournalException"/>. No event is applied
/// after a refusal.
/// </para>
/// <para>
/// An event whose bytes have changed ends what is known about the log (<see cref="Damage"/>). The peer then goes on as
/// if its disk had been set back to before that event, and gets the rest from the other members. Of the events after
/// the damaged one, only terms, votes and what they say about stores count. A journal cannot be truncated at its end.
/// So another event, <see cref="JournalCut"/>, says from which event on the journal's entries are void. A later
/// snapshot replaces both.
/// </para>
/// </remarks>
/// <param name="persistenceId">The persistence id of the store, for messages.</param>
/// <param name="log">The log, which gets the entries. Empty at first.</param>
/// <param name="configurations">Get the configurations in these entries.</param>
/// <param name="index">Records which event holds which entries.</param>
internal sealed class Replay(string persistenceId, RaftLog log, ConfigurationHistory configurations, JournalIndex index)
{
    private const string AddAgain = "Remove the member from the group and add it again, with an empty data directory";

    private readonly Dictionary<string, StoreRecord> _stores = new(StringComparer.Ordinal);

    /// <summary>Makes the replay of a store whose peer does not run.</summary>
    public Replay(string persistenceId)
        : this(persistenceId, new RaftLog(), new ConfigurationHistory(Configuration.None), new JournalIndex())
    {
    }

    /// <summary>The peer that must own the store; <c>null</c> for any.</summary>
    public (string Group, string MemberId)? Owner { get; init; }

    /// <summary>The peer that owns the store; <c>null</c> until a snapshot or an event says it.</summary>
    public (string Group, string MemberId)? FoundOwner { get; private set; }

    /// <summary>The identity of the store; empty until a snapshot or an event says it.</summary>
    public string StoreId { get; private set; } = "";

    /// <summary>The term, the vote and the group.</summary>
    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary><see cref="SnapshotManifest.RebuiltAt"/> of the snapshot.</summary>
    public long RebuiltAt { get; private set; }

    /// <summary>The log.</summary>
    public RaftLog Log => log;

    /// <summary>The configurations in the log.</summary>
    public ConfigurationHistory Configurations => configurations;

    /// <summary>What is known about each store: the latest of everything that was written.</summary>
    public IReadOnlyCollection<StoreRecord> Stores => _stores.Values;

    /// <summary>The sequence number of the last event, or of the last event that the snapshot replaces.</summary>
    public long LastEvent { get; private set; }

    /// <summary>
    /// The damaged event from which on the log is void, at this start or at an earlier one; <c>null</c> if there is
    /// none.
    /// </summary>
    public JournalDamage? Damage { get; private set; }

    /// <summary>Whether the log is void from some event on, and no event after it has recorded that yet.</summary>
    public bool IsDamaged => Damage is { IsCut: false };

    /// <summary>Starts from an undamaged snapshot.</summary>
    /// <param name="sequenceNr">The sequence number of the last event that the snapshot replaces.</param>
    /// <param name="manifest">The snapshot's manifest.</param>
    /// <exception cref="JournalException">The snapshot is not this peer's, or a newer version wrote it.</exception>
    public void StartFrom(long sequenceNr, SnapshotManifest manifest)
    {
        if (manifest.FormatVersion > SnapshotManifest.CurrentFormat)
            throw OfNewerFormat("snapshot", manifest.FormatVersion, SnapshotManifest.CurrentFormat);
        CheckOwner("snapshot", manifest.Group, manifest.MemberId);
        var snapshot = manifest.Snapshot;
        (StoreId, RebuiltAt, LastEvent) = (manifest.StoreId, manifest.RebuiltAt, sequenceNr);
        // A snapshot's configuration is committed, so it decides the group.
        HardState = manifest.HardState.GroupId.Length > 0
            ? manifest.HardState
            : manifest.HardState with { GroupId = snapshot.Configuration.GroupId };
        Remember(manifest.Stores);
        log.Reset(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.LastIncludedTime);
        configurations.Reset(snapshot.ConfigurationIndex, snapshot.Configuration);
    }

    /// <summary>Applies the next event.</summary>
    /// <exception cref="JournalException">The peer cannot go on from it.</exception>
    public void Apply(long sequenceNr, object @event)
    {
        CheckSequence(sequenceNr);
        switch (@event)
        {
            case PeerCreated created:
                Apply(created);
                break;
            case StoreRenewed renewed:
                CheckCreated();
                StoreId = renewed.StoreId;
                break;
            case StatePersisted persisted:
                CheckCreated();
                Apply(persisted);
                break;
            case SnapshotInstalled installed:
                Apply(installed);
                break;
            case JournalCut cut:
                Apply(cut);
                break;
            case MalformedMessage { IsUnknown: false } malformed when StoreId.Length > 0:
                if (!IsDamaged)
                    Damage = new JournalDamage(sequenceNr, malformed.Problem, log.LastIndex);
                break;
            case MalformedMessage malformed:
                throw new JournalException(
                    $"event {sequenceNr} of {persistenceId} cannot be read: {malformed.Problem}",
                    $"The log before it ends with entry {log.LastIndex}.");
            default:
                throw new JournalException(
                    $"event {sequenceNr} of {persistenceId} is a {@event.GetType()}, which no Raft peer writes: "
                    + "the journal is that of something else");
        }
    }

    private void Apply(PeerCreated created)
    {
        if (StoreId.Length > 0)
            throw new JournalException($"event {LastEvent} creates {persistenceId} a second time");
        if (created.FormatVersion > PeerCreated.CurrentFormat)
            throw OfNewerFormat("journal", created.FormatVersion, PeerCreated.CurrentFormat);
        CheckOwner("journal", created.Group, created.MemberId);
        StoreId = created.StoreId;
    }

    private void Apply(StatePersisted persisted)
    {
        if (persisted.HardState is { } hardState)
            Apply(hardState);
        Remember(persisted.Stores);
        if (persisted.Batches.Count == 0 || IsDamaged)
            return;
        if (persisted.PreviousIndex > log.LastIndex)
        {
            throw new JournalException(
                $"the journal misses the entries from {log.LastIndex + 1} to {persisted.PreviousIndex}, "
                + $"after which event {LastEvent} of {persistenceId} goes on");
        }
        // Entries that the snapshot includes are skipped. They are committed, so they are never replaced.
        Replace(Math.Max(persisted.PreviousIndex, log.BaseIndex), persisted.Batches);
        index.Add(LastEvent, persisted.PreviousIndex, persisted.Batches[^1].LastIndex);
    }

    private void Replace(long after, IReadOnlyList<EntryBatch> batches)
    {
        try
        {
            log.TruncateAfter(after);
            configurations.TruncateAfter(after);
            foreach (var batch in batches)
            {
                foreach (var entry in batch.Entries)
                {
                    if (entry.Index <= log.BaseIndex)
                        continue;
                    log.Append(entry);
                    configurations.Append(entry);
                }
            }
        }
        catch (InvariantViolationException e)
        {
            string what = e.Message.TrimEnd('.');
            throw new JournalException(
                $"event {LastEvent} of {persistenceId} has entries that no log may have: {what}");
        }
    }

    // The manifest of a snapshot can be newer than the events after it. The newer term and vote count.
    private void Apply(HardState hardState)
    {
        var (term, known) = (hardState.Term, HardState.Term);
        if (term < known && log.BaseIndex == 0)
        {
            throw new JournalException(
                $"the term goes back from {known} to {term} in event {LastEvent} of {persistenceId}");
        }
        bool isOlder = term < known || (term == known && hardState.VotedFor is null);
        bool isDecided = HardState.GroupId.Length > 0;
        // A store that belongs to a group stays with it. Only an operator's recovery changes that, in a later term.
        string group = hardState.GroupId.Length == 0 || (isOlder && isDecided) ? HardState.GroupId : hardState.GroupId;
        long differsAt = Math.Max(HardState.DiffersAt, hardState.DiffersAt);
        HardState = (isOlder ? HardState : hardState) with { GroupId = group, DiffersAt = differsAt };
    }

    private void Apply(SnapshotInstalled installed)
    {
        if (!IsDamaged && !log.Has(installed.LastIncludedIndex, installed.LastIncludedTerm))
        {
            throw new JournalException(
                $"event {LastEvent} of {persistenceId} goes on from a snapshot up to entry "
                + $"{installed.LastIncludedIndex} that cannot be read",
                $"{AddAgain}.");
        }
    }

    private void Apply(JournalCut cut)
    {
        // If two events are damaged, the first one counts. A cut after it continues a log that no longer exists.
        if (IsDamaged && cut.From > Damage!.SequenceNr)
            return;
        if (!IsDamaged || cut.From != Damage!.SequenceNr)
        {
            throw new JournalException(
                $"event {cut.From} of {persistenceId} could not be read at an earlier start, "
                + $"and the log went on without it from event {LastEvent} on",
                $"Now it can be read, so the disk cannot be trusted. {AddAgain} on another disk.");
        }
        Damage = Damage with { IsCut = true };
        var own = _stores.GetValueOrDefault(StoreId) ?? new StoreRecord(StoreId, 0);
        _stores[StoreId] = own with { IsSetBack = true };
    }

    // Each part of a record only moves forward.
    private void Remember(IReadOnlyList<StoreRecord>? records)
    {
        foreach (var record in records ?? [])
        {
            var known = _stores.GetValueOrDefault(record.StoreId) ?? new StoreRecord(record.StoreId, 0);
            if (record.Incarnation >= known.Incarnation)
            {
                bool isSetBack = record.IsSetBack && record.StoreId == StoreId;
                known = known with
                {
                    Incarnation = record.Incarnation,
                    IsSetBack = isSetBack,
                    Address = record.Address,
                };
            }
            var confirmed = (Term: record.ConfirmedTerm, Index: record.ConfirmedIndex);
            bool isSomething = confirmed is { Term: > 0, Index: > 0 };
            if (isSomething && confirmed.CompareTo((known.ConfirmedTerm, known.ConfirmedIndex)) > 0)
                known = known with { ConfirmedTerm = confirmed.Term, ConfirmedIndex = confirmed.Index };
            _stores[record.StoreId] = known;
        }
    }

    // Nothing else would notice a missing event, not even one that only holds a vote.
    private void CheckSequence(long sequenceNr)
    {
        if (sequenceNr != LastEvent + 1)
        {
            throw LastEvent == 0
                ? new JournalException(
                    $"the journal of {persistenceId} begins with event {sequenceNr}, "
                    + "and there is no snapshot that can be read for what was before",
                    $"{AddAgain}.")
                : new JournalException(
                    $"the journal misses events between {LastEvent} and {sequenceNr} of {persistenceId}");
        }
        LastEvent = sequenceNr;
    }

    private void CheckCreated()
    {
        if (StoreId.Length == 0)
            throw new JournalException($"the first event of {persistenceId} is missing");
    }

    private void CheckOwner(string what, string group, string memberId)
    {
        if (Owner is { } owner && owner != (group, memberId))
        {
            throw new JournalException(
                $"the {what} belongs to member '{memberId}' of group '{group}', "
                + $"not to '{owner.MemberId}' of '{owner.Group}'");
        }
        FoundOwner = (group, memberId);
    }

    private static JournalException OfNewerFormat(string what, int format, int newest) => new(
        $"the {what} has format {format}; this version reads up to {newest}",
        "Run the version that wrote it, or a newer one.");
}

/// <summary>An event whose bytes have changed.</summary>
/// <param name="SequenceNr">The sequence number of the event.</param>
/// <param name="Problem">What is wrong with the event, as a clause.</param>
/// <param name="LastIndex">The index of the last entry in the log before the event.</param>
internal sealed record JournalDamage(long SequenceNr, string Problem, long LastIndex)
{
    /// <summary>
    /// Whether a later event has recorded that the log goes on from the entries before the damaged event.
    /// </summary>
    public bool IsCut { get; init; }
}
