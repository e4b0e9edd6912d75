using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// The snapshot store plugin of a process. The plugin speaks the protocol of Akka.Persistence and leaves the rest to
/// the disk.
/// </summary>
internal sealed class VirtualSnapshotStore : UntypedActor
{
    private readonly ObjectStorage _objects = new(Context.System);

    public VirtualSnapshotStore(Config config) => _ = config;

    protected override void OnReceive(object message)
    {
        var sender = Sender;
        var disk = VirtualProcess.Of(Context.System).Disk;
        switch (message)
        {
            case LoadSnapshot load:
                disk.Read(() => sender.Tell(Load(disk, load), ActorRefs.NoSender));
                break;
            case SaveSnapshot { Metadata: var saved } save:
                var stored = _objects.Store(save.Snapshot);
                disk.Write(
                    DiskWork.Snapshot,
                    () => Stream(disk, saved).SaveSnapshot(saved.SequenceNr, saved.Timestamp, stored),
                    Answer(new SaveSnapshotSuccess(saved), cause => new SaveSnapshotFailure(saved, cause)));
                break;
            case DeleteSnapshot { Metadata: var deleted }:
                disk.Write(
                    DiskWork.SnapshotDeletion,
                    () => Stream(disk, deleted).DeleteSnapshot(deleted.SequenceNr),
                    Answer(new DeleteSnapshotSuccess(deleted), cause => new DeleteSnapshotFailure(deleted, cause)));
                break;
            case DeleteSnapshots { Criteria: var criteria } delete:
                disk.Write(
                    DiskWork.SnapshotDeletion,
                    () => disk.Store.Stream(delete.PersistenceId).DeleteSnapshots(criteria),
                    Answer(new DeleteSnapshotsSuccess(criteria), cause => new DeleteSnapshotsFailure(criteria, cause)));
                break;
            default:
                Unhandled(message);
                break;
        }

        Action<WriteFailure?> Answer(object success, Func<Exception, object> failed) => failure =>
            sender.Tell(failure is null ? success : failed(new DiskFailureException()), ActorRefs.NoSender);
    }

    private LoadSnapshotResult Load(PeerDisk disk, LoadSnapshot load)
    {
        var stream = disk.Store.Stream(load.PersistenceId);
        if (stream.LatestSnapshot(load.Criteria, load.ToSequenceNr) is not { } found)
            return new LoadSnapshotResult(null, load.ToSequenceNr);
        var metadata = new SnapshotMetadata(load.PersistenceId, found.SequenceNr, found.Time);
        return new LoadSnapshotResult(new SelectedSnapshot(metadata, _objects.Load(found.Snapshot)), load.ToSequenceNr);
    }

    private static StoredStream Stream(PeerDisk disk, SnapshotMetadata metadata) =>
        disk.Store.Stream(metadata.PersistenceId);
}
