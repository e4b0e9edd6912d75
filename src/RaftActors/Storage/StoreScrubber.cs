using Akka.Actor;
using Akka.Persistence;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Storage;

/// <summary>The result of one check of a store.</summary>
/// <param name="Events">The number of events that were read.</param>
/// <param name="Chunks">The number of snapshot chunks that were read.</param>
/// <param name="Damages">
/// What cannot be read, each in a sentence without its full stop. Empty if everything was read.
/// </param>
/// <param name="DamagedSlots">The slots of the damaged snapshots.</param>
internal sealed record StoreScrubbed(long Events, long Chunks, IReadOnlyList<string> Damages,
    IReadOnlyList<int> DamagedSlots) : INoSerializationVerificationNeeded;

/// <summary>What a check reads.</summary>
/// <param name="Journal">The journal.</param>
/// <param name="PersistenceId">The peer's persistence id.</param>
/// <param name="FirstEvent">The sequence number of the first event.</param>
/// <param name="LastEvent">The sequence number of the last event.</param>
/// <param name="Latest">
/// The chunks of the latest snapshot, and their number; <c>null</c> if there is no snapshot, or if it is known to be
/// damaged.
/// </param>
/// <param name="Before">
/// The snapshot before the latest one: the sequence number of its manifest, and its chunks. The manifest says how many
/// there are.
/// </param>
/// <param name="Rate">The most bytes to read in a second.</param>
internal sealed record ScrubPass(
    IActorRef Journal, string PersistenceId, long FirstEvent, long LastEvent, (ChunkStore Chunks, int Count)? Latest,
    (long SequenceNr, ChunkStore Chunks)? Before, long Rate);

/// <summary>
/// Slowly reads the stored data that a peer would not read before its next start, or before a follower needs a
/// snapshot. So damage is found while the other members still have the damaged data. The serializer compares what is
/// read with its checksum.
/// </summary>
internal sealed class StoreScrubber : UntypedActor, IWithTimers
{
    private readonly ScrubPass _pass;
    private readonly List<(ChunkStore Chunks, int Count)> _snapshots = [];
    private readonly List<string> _damages = [];
    private readonly List<int> _damagedSlots = [];
    private long _nextEvent;
    private long _events;
    private long _chunks;
    private int _snapshot;
    private int _chunk;
    private bool _isBeforeKnown;
    private bool _isManifestAwaited;
    private long _bytes;

    public StoreScrubber(ScrubPass pass)
    {
        _pass = pass;
        _nextEvent = pass.FirstEvent;
        _isBeforeKnown = pass.Before is null;
        if (pass.Latest is { } latest)
            _snapshots.Add(latest);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ScrubPass pass) => Akka.Actor.Props.Create(() => new StoreScrubber(pass));

    protected override void PreStart() => ReadNext();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReplayedMessage replayed:
                OnEvent(replayed.Persistent);
                break;
            case RecoverySuccess:
                Wait();
                break;
            case ReplayMessagesFailure failure:
                _damages.Add(
                    $"event {_nextEvent - 1} of {_pass.PersistenceId} cannot be read: {failure.Cause.Message}");
                Wait();
                break;
            case LoadSnapshotResult result when _isManifestAwaited:
                OnManifest(result);
                break;
            case LoadSnapshotFailed failure when _isManifestAwaited:
                DamagedManifest($": {failure.Cause.Message}");
                break;
            case LoadSnapshotResult result:
                OnChunk(result);
                break;
            case LoadSnapshotFailed failure:
                DamagedChunk($": {failure.Cause.Message}");
                break;
            case GoOn:
                ReadNext();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // One read at a time, so that the peer's own reads and writes get their turn in between.
    private void ReadNext()
    {
        _bytes = 0;
        if (_nextEvent <= _pass.LastEvent)
        {
            _pass.Journal.Tell(new ReplayMessages(_nextEvent, _nextEvent, 1, _pass.PersistenceId, Self));
            _nextEvent++;
            return;
        }
        if (!_isBeforeKnown && _pass.Before is { } before)
        {
            _isManifestAwaited = true;
            before.Chunks.Store.Tell(new LoadSnapshot(_pass.PersistenceId,
                new SnapshotSelectionCriteria(before.SequenceNr), before.SequenceNr), Self);
            return;
        }
        while (_snapshot < _snapshots.Count && _chunk >= _snapshots[_snapshot].Count)
        {
            _snapshot++;
            _chunk = 0;
        }
        if (_snapshot < _snapshots.Count)
        {
            _snapshots[_snapshot].Chunks.Load(++_chunk, Self);
            return;
        }
        Context.Parent.Tell(new StoreScrubbed(_events, _chunks, _damages, _damagedSlots), Self);
        Context.Stop(Self);
    }

    private void OnEvent(IPersistentRepresentation stored)
    {
        _events++;
        switch (stored.Payload)
        {
            case MalformedMessage malformed:
                _damages.Add($"event {stored.SequenceNr} of {_pass.PersistenceId} cannot be read: {malformed.Problem}");
                break;
            case StatePersisted persisted:
                foreach (var batch in persisted.Batches)
                    _bytes += batch.Encoded.Length;
                break;
        }
    }

    private void OnManifest(LoadSnapshotResult result)
    {
        var (sequenceNr, chunks) = _pass.Before!.Value;
        if (result.Snapshot is not { Snapshot: SnapshotManifest manifest } found
            || found.Metadata.SequenceNr != sequenceNr)
        {
            DamagedManifest(ChunkStore.Problem(result.Snapshot?.Snapshot));
            return;
        }
        (_isBeforeKnown, _isManifestAwaited) = (true, false);
        _snapshots.Add((chunks, manifest.Snapshot.Content.Chunks));
        Wait();
    }

    private void DamagedManifest(string why)
    {
        var (sequenceNr, chunks) = _pass.Before!.Value;
        (_isBeforeKnown, _isManifestAwaited) = (true, false);
        _damages.Add($"the manifest of the snapshot of {_pass.PersistenceId} for events up to {sequenceNr} is missing "
            + $"or cannot be read{why}");
        _damagedSlots.Add(chunks.Slot);
        Wait();
    }

    private void OnChunk(LoadSnapshotResult result)
    {
        if (ChunkStore.Read(result, _chunk) is not { } chunk)
        {
            DamagedChunk(ChunkStore.Problem(result.Snapshot?.Snapshot));
            return;
        }
        _chunks++;
        _bytes += chunk.Data.Length;
        Wait();
    }

    private void DamagedChunk(string why)
    {
        var chunks = _snapshots[_snapshot].Chunks;
        _damages.Add($"chunk {_chunk} of the snapshot in {PersistenceIds.OfChunks(_pass.PersistenceId, chunks.Slot)} "
            + $"is missing or cannot be read{why}");
        if (!_damagedSlots.Contains(chunks.Slot))
            _damagedSlots.Add(chunks.Slot);
        Wait();
    }

    // Counts some time for the data that the store keeps besides the bytes, too.
    private void Wait()
    {
        var pause = TimeSpan.FromSeconds((double)(_bytes + 512) / _pass.Rate);
        Timers.StartSingleTimer(GoOn.Instance, GoOn.Instance,
            pause < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : pause);
    }

    private sealed record GoOn
    {
        public static readonly GoOn Instance = new();
    }
}
