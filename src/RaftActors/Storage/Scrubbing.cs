using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Metrics;
using RaftActors.Snapshots;

namespace RaftActors.Storage;

/// <summary>
/// Lets a <see cref="StoreScrubber"/> check, slowly and from time to time, the stored data that a peer seldom reads. If
/// an event or a chunk is damaged, a new snapshot is taken. After two snapshots, everything that was stored before has
/// been deleted. The protocol does not depend on this.
/// </summary>
/// <param name="context">The peer's context. A child of the peer reads the store.</param>
/// <param name="settings">How often and how fast the store is read.</param>
/// <param name="logger">The logger of the peer.</param>
/// <param name="snapshots">The snapshots of the peer.</param>
/// <param name="store">The journal of the peer.</param>
/// <param name="peer">The peer.</param>
internal sealed class Scrubbing(
    IActorContext context,
    RaftSettings settings,
    ILoggingAdapter logger,
    SnapshotManager snapshots,
    IPeerStore store,
    IPeer peer)
{
    private IActorRef _scrubber = ActorRefs.Nobody;
    private IReadOnlyList<string> _damages = [];
    private long _passes;

    /// <summary>
    /// The known damages, each in a sentence without its full stop. A snapshot that this start could not use counts
    /// until there is a newer one.
    /// </summary>
    public IReadOnlyList<string> Damages => [.. snapshots.Stored.Unusable.Select(UnusableSnapshot), .. _damages];

    /// <summary>Called when the start of the peer has found a damaged event.</summary>
    public void NoteDamage(string damage) => _damages = [damage];

    /// <summary>Waits for the next check.</summary>
    public void Start()
    {
        if (settings.ScrubInterval > TimeSpan.Zero)
            peer.StartTimer(ScrubDue.Instance, settings.ScrubInterval);
    }

    /// <summary>Begins a check, unless one is under way.</summary>
    public void OnDue()
    {
        if (_scrubber.IsNobody())
            _scrubber = context.ActorOf(StoreScrubber.Props(Pass()), $"scrub-{++_passes}");
    }

    /// <summary>Called when a check has ended.</summary>
    public void OnScrubbed(StoreScrubbed scrubbed)
    {
        _scrubber = ActorRefs.Nobody;
        Start();
        // Data that was deleted during the check is missing rightly.
        _damages = scrubbed.DamagedSlots.All(snapshots.Stored.IsKept) ? scrubbed.Damages : [];
        if (_damages.Count == 0)
        {
            logger.Info(
                "{0}: {1} events and {2} chunks of snapshots were read, and all are whole.",
                settings.PersistenceId, scrubbed.Events, scrubbed.Chunks);
            return;
        }
        string where = StorePlugins.Describe(context.System.Settings.Config, settings);
        foreach (string damage in _damages)
        {
            logger.Error(
                "{0}: {1}. The journal and the snapshot store are {2}. A new snapshot takes its place; "
                    + "replace the disk if it happens again.",
                settings.PersistenceId, damage, where);
        }
        RaftMetrics.DamagedRecords.Add(_damages.Count, new KeyValuePair<string, object?>("group", settings.Group));
        // The next snapshot deletes the snapshot before.
        snapshots.Replace(scrubbed.DamagedSlots);
    }

    private ScrubPass Pass()
    {
        var (stored, slots) = (snapshots.Stored, snapshots.Slots);
        (ChunkStore, int)? latest = stored is { Latest.Manifest: var manifest, IsDamaged: false }
            ? (slots.Chunks(manifest.Slot), manifest.Snapshot.Content.Chunks)
            : null;
        (long, ChunkStore)? before = stored.Latest?.Manifest.Previous is { } kept
            ? (kept.SequenceNr, slots.Chunks(kept.Slot))
            : null;
        var journal = Persistence.Instance.Apply(context.System).JournalFor(settings.JournalPluginId);
        return new ScrubPass(
            journal, settings.PersistenceId, stored.DeletedEvents + 1, store.LastSequenceNr, latest, before,
            settings.ScrubRate);
    }

    private string UnusableSnapshot(long sequenceNr) =>
        $"the snapshot of {settings.PersistenceId} for events up to {sequenceNr} is damaged";

    /// <summary>The time has come for <see cref="OnDue"/>.</summary>
    public sealed record ScrubDue
    {
        public static readonly ScrubDue Instance = new();
    }
}
