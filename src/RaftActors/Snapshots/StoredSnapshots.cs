using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Journal;

namespace RaftActors.Snapshots;

/// <summary>What this folder needs of a peer's journal and snapshot store. A persistent actor has all of it.</summary>
internal interface IPeerStore
{
    /// <summary>The snapshot store.</summary>
    IActorRef SnapshotStore { get; }

    /// <summary>The sequence number of the last event of the journal.</summary>
    long LastSequenceNr { get; }

    /// <summary>
    /// Deletes the events up to a sequence number. The answer is <see cref="DeleteMessagesSuccess"/> or
    /// <see cref="DeleteMessagesFailure"/>.
    /// </summary>
    void DeleteMessages(long toSequenceNr);

    /// <summary>Deletes a manifest.</summary>
    void DeleteSnapshot(long sequenceNr);

    /// <summary>Deletes manifests.</summary>
    void DeleteSnapshots(SnapshotSelectionCriteria criteria);
}

/// <summary>
/// The last two snapshots of a peer, which its snapshot store keeps. What they replace is deleted: older snapshots, and
/// events of the journal (paper, section 7).
/// </summary>
internal sealed class StoredSnapshots
{
    private const int EventsDeletedAtOnce = 256;

    private readonly RaftSettings _settings;
    private readonly ILoggingAdapter _logger;
    private readonly SnapshotSlots _slots;
    private readonly IPeerStore _store;
    private readonly JournalIndex _journalIndex;

    // The sequence numbers of the manifests that an earlier start could not use.
    private readonly IReadOnlyList<long> _unusable;
    private bool _deletesEvents;

    public StoredSnapshots(
        RaftSettings settings, ILoggingAdapter logger, SnapshotSlots slots, IPeerStore store, JournalIndex journalIndex,
        IReadOnlyList<long> unusable)
    {
        _settings = settings;
        _logger = logger;
        _slots = slots;
        _store = store;
        _journalIndex = journalIndex;
        _unusable = unusable;
    }

    /// <summary>The latest snapshot; <c>null</c> when there is none.</summary>
    public StoredSnapshot? Latest { get; private set; }

    /// <summary>
    /// Whether the latest snapshot cannot be read any more. It is replaced as soon as possible, because followers need
    /// a snapshot, and so does this peer at its next start.
    /// </summary>
    public bool IsDamaged { get; private set; }

    /// <summary>The index of the last entry that the latest snapshot includes; 0 if there is no snapshot.</summary>
    public long LastIncludedIndex => Latest?.Manifest.Snapshot.LastIncludedIndex ?? 0;

    /// <summary>
    /// The snapshots that could not be used at the start, if they are later than the latest snapshot.
    /// </summary>
    public IEnumerable<long> Unusable => _unusable.Where(sequenceNr => sequenceNr > (Latest?.SequenceNr ?? 0));

    /// <summary>The sequence number up to which events are deleted.</summary>
    public long DeletedEvents { get; private set; }

    /// <summary>The snapshots that a start may use: those before all unusable ones.</summary>
    public static SnapshotSelectionCriteria Usable(IReadOnlyList<long> unusable)
    {
        long last = unusable.Count == 0 ? long.MaxValue : unusable.Min() - 1;
        return last > 0 ? new SnapshotSelectionCriteria(last) : SnapshotSelectionCriteria.None;
    }

    /// <summary>Called when the peer starts from a snapshot.</summary>
    public void Recover(StoredSnapshot stored)
    {
        Replace(stored);
        DeletedEvents = stored.Manifest.Previous?.SequenceNr ?? 0;
    }

    /// <summary>The last event that a snapshot replaces.</summary>
    /// <param name="index">The index of the last entry that the snapshot includes.</param>
    public long LastCovered(long index) => _journalIndex.LastCovered(index, _store.LastSequenceNr);

    /// <summary>Whether a snapshot up to an index would replace no more events than the latest one.</summary>
    public bool IsCovered(long index) => !IsDamaged && Latest is { } latest && LastCovered(index) == latest.SequenceNr;

    /// <summary>
    /// Saves a manifest. The answer is <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/>.
    /// </summary>
    /// <param name="sequenceNr">The sequence number of the last event that the snapshot replaces.</param>
    /// <param name="manifest">The manifest without the previous snapshot, which is added.</param>
    /// <returns>The snapshot as it is stored.</returns>
    public StoredSnapshot Save(long sequenceNr, SnapshotManifest manifest)
    {
        var stored = new StoredSnapshot(sequenceNr, manifest with { Previous = KeptBeside(sequenceNr) });
        var now = _settings.Clock.GetUtcNow().UtcDateTime;
        var metadata = new SnapshotMetadata(_settings.PersistenceId, sequenceNr, now);
        _store.SnapshotStore.Tell(new SaveSnapshot(metadata, stored.Manifest));
        return stored;
    }

    /// <summary>
    /// Called when a manifest could not be saved. The store may have deleted the latest manifest if it has the same
    /// sequence number.
    /// </summary>
    public void NoteSaveFailed(long sequenceNr) => IsDamaged |= Latest?.SequenceNr == sequenceNr;

    /// <summary>Called when a snapshot cannot be read any more.</summary>
    /// <param name="slot">The slot of the snapshot's chunks.</param>
    /// <param name="lastIncludedIndex">The index of the last entry that the snapshot includes.</param>
    public void NoteDamaged(int slot, long lastIncludedIndex) =>
        IsDamaged |= Latest?.Manifest.Slot == slot && LastIncludedIndex == lastIncludedIndex;

    /// <summary>Whether the snapshot in a slot is one of the two that are kept.</summary>
    public bool IsKept(int slot) =>
        Latest is { Manifest: var latest } && (latest.Slot == slot || latest.Previous?.Slot == slot);

    /// <summary>Called when a snapshot has become the latest. Deletes what the two kept snapshots replace.</summary>
    public void Keep(StoredSnapshot stored)
    {
        var snapshot = stored.Manifest.Snapshot;
        _logger.Info(
            "{0}: snapshot up to {1}, {2} bytes.",
            _settings.PersistenceId, snapshot.LastIncludedIndex, snapshot.Content.Length);
        Replace(stored);
        // A snapshot that this peer could not use must not be tried again.
        foreach (long unusable in _unusable)
        {
            // One by one, because not every store respects the lower bound of a range.
            if (unusable > stored.SequenceNr)
                _store.DeleteSnapshot(unusable);
        }
        if (stored.Manifest.Previous is not { } previous)
            return;
        // Some stores take an upper bound of 0 for no bound.
        if (previous.SequenceNr > 1)
            _store.DeleteSnapshots(new SnapshotSelectionCriteria(previous.SequenceNr - 1));
        DeleteEvents();
    }

    /// <summary>Called when events were deleted.</summary>
    public void OnEventsDeleted(long toSequenceNr)
    {
        _deletesEvents = false;
        DeletedEvents = Math.Max(DeletedEvents, toSequenceNr);
        _journalIndex.Forget(DeletedEvents);
        DeleteEvents();
    }

    /// <summary>Called when events could not be deleted. The next snapshot tries again.</summary>
    public void OnEventsNotDeleted(DeleteMessagesFailure failure)
    {
        _deletesEvents = false;
        _logger.Warning(
            "{0}: events up to {1} that a snapshot covers cannot be deleted: {2}",
            _settings.PersistenceId, failure.ToSequenceNr, failure.Cause.Message);
    }

    // The snapshot to keep besides the new one: the latest. If the new one replaces the latest, because of the same
    // sequence number or because the latest is damaged, the one before the latest stays.
    private KeptSnapshot? KeptBeside(long sequenceNr)
    {
        if (Latest is not { } latest)
            return null;
        return latest.SequenceNr == sequenceNr || IsDamaged
            ? latest.Manifest.Previous
            : new KeptSnapshot(latest.SequenceNr, latest.Manifest.Slot);
    }

    // The former slots are released after the new ones are held, because one of them stays.
    private void Replace(StoredSnapshot stored)
    {
        var former = Latest;
        Latest = stored;
        IsDamaged = false;
        foreach (int slot in SlotsOf(stored))
            _slots.Hold(slot);
        foreach (int slot in SlotsOf(former))
            _slots.Release(slot);
    }

    // Deletes only the events that the older snapshot replaces. It deletes in steps, because one large deletion would
    // delay the writes.
    private void DeleteEvents()
    {
        if (Latest?.Manifest.Previous is not { } previous || _deletesEvents || DeletedEvents >= previous.SequenceNr)
            return;
        _deletesEvents = true;
        _store.DeleteMessages(Math.Min(previous.SequenceNr, DeletedEvents + EventsDeletedAtOnce));
    }

    private static IEnumerable<int> SlotsOf(StoredSnapshot? stored)
    {
        if (stored is null)
            yield break;
        yield return stored.Manifest.Slot;
        if (stored.Manifest.Previous is { } previous)
            yield return previous.Slot;
    }
}
