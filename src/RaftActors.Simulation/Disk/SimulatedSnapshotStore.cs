using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using RaftActors.Simulation.World;
using RaftActors.TestKit.Journals;

namespace RaftActors.Simulation.Disk;

/// <summary>The snapshot store plugin of a process.</summary>
internal sealed class SimulatedSnapshotStore : UntypedActor
{
    private readonly SimulatedDisk _disk = SimulatedProcess.Current.Node.Disk;
    private readonly ObjectStorage _objects = new(Context.System);

    public SimulatedSnapshotStore(Config config) => _ = config;

    protected override void OnReceive(object message)
    {
        var sender = Sender;
        switch (message)
        {
            case LoadSnapshot load:
                _disk.Read(() => sender.Tell(new LoadSnapshotResult(Find(load), load.ToSequenceNr), ActorRefs.NoSender));
                break;
            case SaveSnapshot save:
                var stored = _objects.Store(save.Snapshot);
                Write(
                    sender,
                    () => _disk.Store.Stream(save.Metadata.PersistenceId).SaveSnapshot(save.Metadata.SequenceNr, save.Metadata.Timestamp, stored),
                    failure => failure is null ? new SaveSnapshotSuccess(save.Metadata) : new SaveSnapshotFailure(save.Metadata, failure));
                break;
            case DeleteSnapshot delete:
                Write(
                    sender,
                    () => _disk.Store.Stream(delete.Metadata.PersistenceId).DeleteSnapshot(delete.Metadata.SequenceNr),
                    failure => failure is null ? new DeleteSnapshotSuccess(delete.Metadata) : new DeleteSnapshotFailure(delete.Metadata, failure));
                break;
            case DeleteSnapshots delete:
                Write(
                    sender,
                    () => _disk.Store.Stream(delete.PersistenceId).DeleteSnapshots(delete.Criteria),
                    failure => failure is null ? new DeleteSnapshotsSuccess(delete.Criteria) : new DeleteSnapshotsFailure(delete.Criteria, failure));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Write(IActorRef sender, Action effect, Func<Exception?, object> answer) => _disk.Write(
        effect,
        failure => sender.Tell(answer(failure is null ? null : new SimulatedDiskException("A disk error of the simulation.")), ActorRefs.NoSender),
        isSnapshot: true);

    private SelectedSnapshot? Find(LoadSnapshot load) => _disk.Store.Stream(load.PersistenceId).LatestSnapshot(load.Criteria, load.ToSequenceNr) is { } found
        ? new SelectedSnapshot(new SnapshotMetadata(load.PersistenceId, found.SequenceNr, found.Time), _objects.Load(found.Snapshot))
        : null;
}
