using Akka.Actor;
using Akka.Persistence;
using RaftActors.Snapshots;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// A snapshot store in memory that refuses or disowns manifests, and keeps requests, when its <see cref="Disk"/> is
/// told so. As that of Akka.Persistence it deletes what it could not save, by its number; of a range it heeds the upper
/// bounds only, as many stores do.
/// </summary>
internal sealed class CommandedSnapshotStore : UntypedActor
{
    private readonly Disk _disk = Disk.Of(Context.System);
    private readonly ObjectStorage _objects = new(Context.System);

    protected override void OnReceive(object message)
    {
        var sender = Sender;
        switch (message)
        {
            case LoadSnapshot load:
                _disk.RequestSnapshot(
                    load.PersistenceId,
                    () => sender.Tell(new LoadSnapshotResult(Find(load), load.ToSequenceNr), ActorRefs.NoSender));
                break;
            case SaveSnapshot save:
                _disk.RequestSnapshot(save.Metadata.PersistenceId, () => sender.Tell(Save(save), ActorRefs.NoSender));
                break;
            case DeleteSnapshot delete when _disk.DisownsManifests:
                sender.Tell(new DeleteSnapshotFailure(delete.Metadata, NoAnswer()), ActorRefs.NoSender);
                break;
            case DeleteSnapshot delete:
                Stream(delete.Metadata).DeleteSnapshot(delete.Metadata.SequenceNr);
                sender.Tell(new DeleteSnapshotSuccess(delete.Metadata), ActorRefs.NoSender);
                break;
            case DeleteSnapshots delete:
                _disk.DeletedChunks.Add(delete.PersistenceId);
                _disk.Snapshots.Stream(delete.PersistenceId).DeleteSnapshots(delete.Criteria);
                sender.Tell(new DeleteSnapshotsSuccess(delete.Criteria), ActorRefs.NoSender);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private object Save(SaveSnapshot save)
    {
        var (metadata, stream) = (save.Metadata, Stream(save.Metadata));
        bool isManifest = save.Snapshot is SnapshotManifest;
        if (isManifest && _disk.RefusesManifests)
        {
            stream.DeleteSnapshot(metadata.SequenceNr);
            return new SaveSnapshotFailure(metadata, new IOException("The disk is full."));
        }
        stream.SaveSnapshot(metadata.SequenceNr, metadata.Timestamp, _objects.Store(save.Snapshot));
        if (isManifest && _disk.DisownsManifests)
            return new SaveSnapshotFailure(metadata, NoAnswer());
        if (!isManifest)
            _disk.SavedChunks.Add(metadata.PersistenceId);
        return new SaveSnapshotSuccess(metadata);
    }

    private SelectedSnapshot? Find(LoadSnapshot load)
    {
        var stream = _disk.Snapshots.Stream(load.PersistenceId);
        if (stream.LatestSnapshot(load.Criteria, load.ToSequenceNr) is not { } snapshot)
            return null;
        var metadata = new SnapshotMetadata(load.PersistenceId, snapshot.SequenceNr, snapshot.Time);
        return new SelectedSnapshot(metadata, _objects.Load(snapshot.Snapshot));
    }

    private static IOException NoAnswer() => new("The disk does not answer.");

    private StoredStream Stream(SnapshotMetadata metadata) => _disk.Snapshots.Stream(metadata.PersistenceId);
}
