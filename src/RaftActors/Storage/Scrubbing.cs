using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Snapshots;

namespace RaftActors.Storage;

/// <summary>
/// Has a <see cref="StoreScrubber"/> read, slowly and from time to time, what a peer has stored and seldom reads. A
/// damaged event or chunk is replaced by a new snapshot: two snapshots let go of all that was stored before. Nothing of
/// the protocol depends on this.
/// </summary>
/// <param name="context">The peer's context: its child reads the store.</param>
/// <param name="settings">How often the store is read, and how slowly.</param>
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
    /// What is known to be damaged, each in a sentence without its stop. A snapshot that this start could not use
    /// counts until there is a newer one.
    /// </summary>
    public IReadOnlyList<string> Damages => [.. snapshots.Stored.Unusable.Select(UnusableSnapshot), .. _damages];

    /// <summary>The start of the peer has found a damaged event.</summary>
    public void NoteDamage(string damage) => _damages = [damage];

    /// <summary>Waits for the next pass.</summary>
    public void Start()
    {
        if (settings.ScrubInterval > TimeSpan.Zero)
            peer.StartTimer(ScrubDue.Instance, settings.ScrubInterval);
    }

    /// <summary>Begins a pass, unless one is under way.</summary>
    public void OnDue()
    {
        if (_scrubber.IsNobody())
            _scrubber = context.ActorOf(StoreScrubber.Props(Pass()), $"scrub-{++_passes}");
    }

    /// <summary>A pass has ended.</summary>
    public void OnScrubbed(StoreScrubbed scrubbed)
    {
        _scrubber = ActorRefs.Nobody;
        Start();
        // What was let go of meanwhile is missing rightly.
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
        // The snapshot before is let go of with the next.
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

    /// <summary>Time for <see cref="OnDue"/>.</summary>
    public sealed record ScrubDue
    {
        public static readonly ScrubDue Instance = new();
    }
}
