using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Journal;

namespace RaftActors.Snapshots;

/// <summary>
/// What is asked of a peer about its journal and its snapshot store. A persistent actor has all of these.
/// </summary>
internal interface IPeerStore
{
    /// <summary>The snapshot store.</summary>
    IActorRef SnapshotStore { get; }

    /// <summary>The sequence number of the last event of the journal.</summary>
    long LastSequenceNr { get; }

    /// <summary>
    /// Deletes the events up to one; answered by <see cref="DeleteMessagesSuccess"/> or
    /// <see cref="DeleteMessagesFailure"/>.
    /// </summary>
    void DeleteMessages(long toSequenceNr);

    /// <summary>Deletes a manifest.</summary>
    void DeleteSnapshot(long sequenceNr);

    /// <summary>Deletes manifests.</summary>
    void DeleteSnapshots(SnapshotSelectionCriteria criteria);
}

/// <summary>
/// The last two snapshots of a peer, which are kept in its snapshot store, and what is let go of because they cover it:
/// older snapshots, and events of the journal (paper, section 7).
/// </summary>
internal sealed class StoredSnapshots
{
    private const int EventsDeletedAtOnce = 256;

    private readonly RaftSettings _settings;
    private readonly ILoggingAdapter _logger;
    private readonly SnapshotSlots _slots;
    private readonly IPeerStore _store;
    private readonly JournalIndex _journalIndex;

    // Those that a start found unusable, by the sequence numbers of their manifests.
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
    /// Whether the latest snapshot cannot be read any more. It is replaced as soon as can be: followers need a
    /// snapshot, and so does this peer when it starts again.
    /// </summary>
    public bool IsDamaged { get; private set; }

    /// <summary>The last entry that the latest snapshot includes; 0 when there is no snapshot.</summary>
    public long LastIncludedIndex => Latest?.Manifest.Snapshot.LastIncludedIndex ?? 0;

    /// <summary>
    /// The snapshots that could not be used at the start, as long as there is no newer one than these.
    /// </summary>
    public IEnumerable<long> Unusable => _unusable.Where(sequenceNr => sequenceNr > (Latest?.SequenceNr ?? 0));

    /// <summary>The events up to this one are deleted.</summary>
    public long DeletedEvents { get; private set; }

    /// <summary>Which snapshots a start may use: the latest but for those that turned out to be unusable.</summary>
    public static SnapshotSelectionCriteria Usable(IReadOnlyList<long> unusable)
    {
        long last = unusable.Count == 0 ? long.MaxValue : unusable.Min() - 1;
        return last > 0 ? new SnapshotSelectionCriteria(last) : SnapshotSelectionCriteria.None;
    }

    /// <summary>The peer starts from a snapshot.</summary>
    public void Recover(StoredSnapshot stored)
    {
        Replace(stored);
        DeletedEvents = stored.Manifest.Previous?.SequenceNr ?? 0;
    }

    /// <summary>The last event up to which a snapshot replaces the journal.</summary>
    /// <param name="index">The last entry that the snapshot includes.</param>
    public long LastCovered(long index) => _journalIndex.LastCovered(index, _store.LastSequenceNr);

    /// <summary>Whether a snapshot up to an index would replace no event that the latest does not.</summary>
    public bool IsCovered(long index) => !IsDamaged && Latest is { } latest && LastCovered(index) == latest.SequenceNr;

    /// <summary>
    /// Saves a manifest; answered by <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/>.
    /// </summary>
    /// <param name="sequenceNr">The event of the journal up to which nothing but the snapshot is needed.</param>
    /// <param name="manifest">The manifest, but for the snapshot that is kept beside it.</param>
    /// <returns>The snapshot as it is stored.</returns>
    public StoredSnapshot Save(long sequenceNr, SnapshotManifest manifest)
    {
        var stored = new StoredSnapshot(sequenceNr, manifest with { Previous = KeptBeside(sequenceNr) });
        var now = _settings.Clock.GetUtcNow().UtcDateTime;
        var metadata = new SnapshotMetadata(_settings.PersistenceId, sequenceNr, now);
        _store.SnapshotStore.Tell(new SaveSnapshot(metadata, stored.Manifest));
        return stored;
    }

    /// <summary>A manifest could not be saved. The store deletes by its number what it could not save.</summary>
    public void NoteSaveFailed(long sequenceNr) => IsDamaged |= Latest?.SequenceNr == sequenceNr;

    /// <summary>A snapshot cannot be read any more.</summary>
    /// <param name="slot">Where its chunks are.</param>
    /// <param name="lastIncludedIndex">The last entry that it includes.</param>
    public void NoteDamaged(int slot, long lastIncludedIndex) =>
        IsDamaged |= Latest?.Manifest.Slot == slot && LastIncludedIndex == lastIncludedIndex;

    /// <summary>Whether the snapshot in a slot is the latest or the one that is kept beside it.</summary>
    public bool IsKept(int slot) =>
        Latest is { Manifest: var latest } && (latest.Slot == slot || latest.Previous?.Slot == slot);

    /// <summary>A snapshot is the latest from now on. Lets go of what it and the one beside it cover.</summary>
    public void Keep(StoredSnapshot stored)
    {
        var snapshot = stored.Manifest.Snapshot;
        _logger.Info(
            "{0}: snapshot up to {1}, {2} bytes.",
            _settings.PersistenceId, snapshot.LastIncludedIndex, snapshot.Content.Length);
        Replace(stored);
        // What this peer could not start from is not to be tried again.
        foreach (long unusable in _unusable)
        {
            // One by one: not every store heeds the lower bound of a range.
            if (unusable > stored.SequenceNr)
                _store.DeleteSnapshot(unusable);
        }
        if (stored.Manifest.Previous is not { } previous)
            return;
        // And some take an upper bound of 0 for none.
        if (previous.SequenceNr > 1)
            _store.DeleteSnapshots(new SnapshotSelectionCriteria(previous.SequenceNr - 1));
        DeleteEvents();
    }

    /// <summary>Events were deleted.</summary>
    public void OnEventsDeleted(long toSequenceNr)
    {
        _deletesEvents = false;
        DeletedEvents = Math.Max(DeletedEvents, toSequenceNr);
        _journalIndex.Forget(DeletedEvents);
        DeleteEvents();
    }

    /// <summary>Events could not be deleted; after the next snapshot it is tried again.</summary>
    public void OnEventsNotDeleted(DeleteMessagesFailure failure)
    {
        _deletesEvents = false;
        _logger.Warning(
            "{0}: events up to {1} that a snapshot covers cannot be deleted: {2}",
            _settings.PersistenceId, failure.ToSequenceNr, failure.Cause.Message);
    }

    // The latest. If the new one takes its place, having the same sequence number or because the latest is damaged, the
    // one before stays.
    private KeptSnapshot? KeptBeside(long sequenceNr)
    {
        if (Latest is not { } latest)
            return null;
        return latest.SequenceNr == sequenceNr || IsDamaged
            ? latest.Manifest.Previous
            : new KeptSnapshot(latest.SequenceNr, latest.Manifest.Slot);
    }

    // The slots of the former two are released after the new two are held: one of the former stays.
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

    // Only up to where the older snapshot continues; in steps, for one large deletion would hold up the writes.
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
