using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors;

// From time to time what is stored and seldom read is read, slowly (StoreScrubber). A damaged event, or chunk, is
// replaced by a new snapshot: two of them let go of all events before, and of the snapshots before. Nothing of the
// protocol depends on it.
internal sealed partial class RaftActor
{
    private IActorRef _scrubber = ActorRefs.Nobody;
    private IReadOnlyList<string> _damages = [];
    private long _scrubbings;

    // A snapshot that this start could not use counts until there is a newer one.
    private IReadOnlyList<string> Damages() =>
    [
        .. _snapshots.Stored.Unusable.Select(sequenceNr =>
            $"the snapshot of {PersistenceId} for events up to {sequenceNr} is damaged"),
        .. _damages,
    ];

    private void StartScrubbing()
    {
        if (_settings.ScrubInterval > TimeSpan.Zero)
            Timers.StartSingleTimer(ScrubDue.Instance, ScrubDue.Instance, _settings.ScrubInterval);
    }

    private void OnScrubDue()
    {
        if (!_scrubber.IsNobody())
            return;
        var (stored, slots) = (_snapshots.Stored, _snapshots.Slots);
        (ChunkStore, int)? latest = stored is { Latest.Manifest: var manifest, IsDamaged: false }
            ? (slots.Chunks(manifest.Slot), manifest.Snapshot.Content.Chunks)
            : null;
        (long, ChunkStore)? before = stored.Latest?.Manifest.Previous is { } kept
            ? (kept.SequenceNr, slots.Chunks(kept.Slot))
            : null;
        var journal = Persistence.Instance.Apply(Context.System).JournalFor(_settings.JournalPluginId);
        var pass = new ScrubPass(journal, PersistenceId, stored.DeletedEvents + 1, LastSequenceNr, latest, before,
            _settings.ScrubRate);
        _scrubber = Context.ActorOf(StoreScrubber.Props(pass), $"scrub-{++_scrubbings}");
    }

    private void OnScrubbed(StoreScrubbed scrubbed)
    {
        _scrubber = ActorRefs.Nobody;
        StartScrubbing();
        // What was let go of meanwhile is missing rightly.
        _damages = scrubbed.DamagedSlots.All(_snapshots.Stored.IsKept) ? scrubbed.Damages : [];
        if (_damages.Count == 0)
        {
            Log.Info("{0}: {1} events and {2} chunks of snapshots were read, and all are whole.", PersistenceId,
                scrubbed.Events, scrubbed.Chunks);
            return;
        }
        foreach (string damage in _damages)
            Log.Error("{0}: {1}. The journal and the snapshot store are {2}. A new snapshot takes its place; replace "
                + "the disk if it happens again.", PersistenceId, damage,
                StorePlugins.Describe(Context.System.Settings.Config, _settings));
        RaftMetrics.DamagedRecords.Add(_damages.Count, new KeyValuePair<string, object?>("group", _settings.Group));
        // The one before is let go of with the next.
        _snapshots.Replace(scrubbed.DamagedSlots);
    }

    private sealed record ScrubDue
    {
        public static readonly ScrubDue Instance = new();
    }
}
