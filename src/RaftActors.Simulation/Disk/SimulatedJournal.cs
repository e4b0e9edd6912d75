using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using RaftActors.Simulation.World;
using RaftActors.TestKit.Journals;

namespace RaftActors.Simulation.Disk;

/// <summary>The journal plugin of a process: speaks the protocol of Akka.Persistence, and leaves the rest to the node's disk.</summary>
internal sealed class SimulatedJournal : UntypedActor
{
    private readonly SimulatedNode _node = SimulatedProcess.Current.Node;
    private readonly ObjectStorage _objects = new(Context.System);

    public SimulatedJournal(Config config) => _ = config;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                Write(write);
                break;
            case ReplayMessages replay:
                _node.Disk.Read(() => Replay(replay));
                break;
            case DeleteMessagesTo delete:
                Delete(delete);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Write(WriteMessages write)
    {
        var events = new List<(IPersistentRepresentation Event, StoredObject Stored)>();
        foreach (var persistent in write.Messages.OfType<AtomicWrite>().SelectMany(atomic => (IEnumerable<IPersistentRepresentation>)atomic.Payload))
            events.Add((persistent, _objects.Store(persistent.Payload)));
        _node.Disk.Write(
            () =>
            {
                foreach (var (persistent, stored) in events)
                {
                    _node.Disk.Store.Stream(persistent.PersistenceId).Append(persistent.SequenceNr, stored, persistent.Manifest, persistent.WriterGuid);
                    _node.Durable.Written(persistent.Payload, stored.Bytes);
                }
            },
            failure => Answer(write, failure));
    }

    private static void Answer(WriteMessages write, WriteFailure? failure)
    {
        var cause = new SimulatedDiskException("A disk error of the simulation.");
        var actor = write.PersistentActor;
        actor.Tell(failure is null or WriteFailure.Rejected ? WriteMessagesSuccessful.Instance : new WriteMessagesFailed(cause, write.Messages.Count(envelope => envelope is AtomicWrite)), ActorRefs.NoSender);
        foreach (var envelope in write.Messages)
        {
            if (envelope is not AtomicWrite atomic)
            {
                actor.Tell(new LoopMessageSuccess(envelope.Payload, write.ActorInstanceId), envelope.Sender);
                continue;
            }
            foreach (var persistent in (IEnumerable<IPersistentRepresentation>)atomic.Payload)
            {
                object answer = failure switch
                {
                    null => new WriteMessageSuccess(persistent, write.ActorInstanceId),
                    WriteFailure.Rejected => new WriteMessageRejected(persistent, cause, write.ActorInstanceId),
                    _ => new WriteMessageFailure(persistent, cause, write.ActorInstanceId),
                };
                actor.Tell(answer, persistent.Sender);
            }
        }
    }

    private void Replay(ReplayMessages replay)
    {
        var stream = _node.Disk.Store.Stream(replay.PersistenceId);
        foreach (var (sequenceNr, stored, manifest, writerGuid) in stream.Read(replay.FromSequenceNr, replay.ToSequenceNr, replay.Max))
        {
            var persistent = new Persistent(_objects.Load(stored), sequenceNr, replay.PersistenceId, manifest, false, ActorRefs.NoSender, writerGuid);
            replay.PersistentActor.Tell(new ReplayedMessage(persistent), ActorRefs.NoSender);
        }
        replay.PersistentActor.Tell(new RecoverySuccess(stream.HighestSequenceNr), ActorRefs.NoSender);
    }

    private void Delete(DeleteMessagesTo delete) => _node.Disk.Write(
        () => _node.Disk.Store.Stream(delete.PersistenceId).DeleteEvents(delete.ToSequenceNr),
        failure => delete.PersistentActor.Tell(
            failure is null ? new DeleteMessagesSuccess(delete.ToSequenceNr) : new DeleteMessagesFailure(new SimulatedDiskException("A disk error of the simulation."), delete.ToSequenceNr),
            ActorRefs.NoSender));
}
