using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Snapshots;

namespace RaftActors;

// Keeps the last two snapshots, and lets go of what they cover: entries of the log, events of the journal, chunks of older snapshots (paper, section 7).
internal sealed partial class RaftActor
{
    private const int DeletedAtOnce = 256;

    // The slots that are being emptied.
    private readonly HashSet<int> _pruning = [];
    private IActorRef _pruner = ActorRefs.Nobody;

    // Those that a start found unusable, by the sequence numbers of their manifests.
    private readonly IReadOnlyList<long> _unusable;

    // Entries that the snapshot covers are still there for some follower.
    private bool _compactionIsHeld;
    private long _deletedEvents;
    private bool _deletingEvents;

    private void Keep(StoredSnapshot stored, StoredSnapshot? former)
    {
        _snapshot = stored;
        _bytesKept = _log.Bytes;
        Log.Info("{0}: snapshot up to {1}, {2} bytes.", PersistenceId, stored.Manifest.Snapshot.LastIncludedIndex, stored.Manifest.Snapshot.Content.Length);
        PruneUnused(former);
        // What this peer could not start from is not to be tried again.
        foreach (long unusable in _unusable)
        {
            // One by one: not every store heeds the lower bound of a range.
            if (unusable > stored.SequenceNr)
                DeleteSnapshot(unusable);
        }
        if (stored.Manifest.Previous is { } previous)
        {
            // And some take an upper bound of 0 for none.
            if (previous.SequenceNr > 1)
                DeleteSnapshots(new SnapshotSelectionCriteria(previous.SequenceNr - 1));
            DeleteEvents();
        }
        CompactLog();
    }

    private bool IsKept(int slot) => _snapshot is { } stored && (stored.Manifest.Slot == slot || stored.Manifest.Previous?.Slot == slot);

    // For itself, or for somebody who reads it.
    private bool IsNeeded(int slot) => IsKept(slot) || IsSent(slot) || IsOffered(slot) || IsBackedUp(slot);

    private bool IsInUse(int slot) => IsNeeded(slot) || _pruning.Contains(slot) || _work switch
    {
        SnapshotWork.WithActor work => work.Slot == slot,
        SnapshotWork.WithStored work => work.Stored.Manifest.Slot == slot,
        _ => false,
    };

    private int? FreeSlot()
    {
        if (_pruner.IsNobody())
            return null;
        for (int slot = 0; slot < ChunkStore.Slots; slot++)
            if (!IsInUse(slot))
                return slot;
        return null;
    }

    private void PruneUnused(StoredSnapshot? former)
    {
        if (former is null)
            return;
        PruneIfUnused(former.Manifest.Slot);
        if (former.Manifest.Previous is { } previous)
            PruneIfUnused(previous.Slot);
    }

    private void PruneIfUnused(int slot)
    {
        if (!IsNeeded(slot))
            Prune(slot);
    }

    private void Prune(int slot)
    {
        if (_pruning.Add(slot))
            _pruner.Tell(new PruneSlot(Chunks(slot)), Self);
    }

    // What a crash may have left behind. Only when the snapshot that this peer started from is known to be intact: otherwise the next start needs an older one, of which this one may not know.
    private void StartPruning()
    {
        if (!_pruner.IsNobody())
            return; // A state machine that was built anew has read the snapshot again.
        _pruner = Context.ActorOf(Akka.Actor.Props.Create(() => new SnapshotPruner(_settings.RestartBackoffMax)), "snapshot-pruner");
        for (int slot = 0; slot < ChunkStore.Slots; slot++)
            if (!IsKept(slot))
                Prune(slot);
    }

    // Only up to where the older snapshot continues; in steps, for one large deletion would hold up the writes.
    private void DeleteEvents()
    {
        if (_snapshot?.Manifest.Previous is not { } previous || _deletingEvents || _deletedEvents >= previous.SequenceNr)
            return;
        _deletingEvents = true;
        DeleteMessages(Math.Min(previous.SequenceNr, _deletedEvents + DeletedAtOnce));
    }

    private void OnEventsDeleted(long sequenceNr)
    {
        _deletingEvents = false;
        _deletedEvents = Math.Max(_deletedEvents, sequenceNr);
        _events.Forget(_deletedEvents);
        DeleteEvents();
    }

    // Entries stay for followers that are a little behind, and for those that answer and are about to catch up, also by a snapshot.
    private void CompactLog()
    {
        if (_snapshot is not { } stored)
            return;
        long covered = Math.Min(stored.Manifest.Snapshot.LastIncludedIndex, _persistedIndex);
        // A state machine that was built anew while this snapshot was written began with the one before, or with the first entry.
        if (_machine.IsRunning)
            covered = Math.Min(covered, _machine.SentIndex);
        long to = _log.TrailingBase(covered, _settings.SnapshotTrailingEntries, _settings.SnapshotTrailingBytes);
        long needed = _log.Bytes < 4 * _settings.SnapshotBytes ? OldestNeeded() : long.MaxValue;
        _compactionIsHeld = needed < to;
        to = Math.Min(to, needed);
        long before = _log.Bytes;
        _log.CompactTo(to);
        _bytesKept = Math.Max(0, _bytesKept - (before - _log.Bytes));
        _configurations.CompactTo(_log.BaseIndex);
        FeedSubscribers();
    }
}
