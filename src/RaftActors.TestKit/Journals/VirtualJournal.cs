using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// The journal plugin of a process: speaks the protocol of Akka.Persistence, and leaves the rest to the disk. Events
/// are stored serialized, so that a reader never shares an object with the writer.
/// </summary>
internal sealed class VirtualJournal : UntypedActor
{
    private readonly PeerDisk _disk = VirtualProcess.Of(Context.System).Disk;
    private readonly ObjectStorage _objects = new(Context.System);

    public VirtualJournal(Config config) => _ = config;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                Write(write);
                break;
            case ReplayMessages replay:
                _disk.Read(() => Replay(replay));
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
        var events = JournalAnswers.EventsOf(write)
            .Select(persistent => (Event: persistent, Stored: _objects.Store(persistent.Payload))).ToList();
        _disk.Write(
            DiskWork.Events,
            () =>
            {
                foreach (var (persistent, stored) in events)
                {
                    var stream = _disk.Store.Stream(persistent.PersistenceId);
                    stream.Append(persistent.SequenceNr, stored, persistent.Manifest, persistent.WriterGuid);
                    _disk.Written?.Invoke(persistent.Payload, stored.Bytes);
                }
            },
            failure => JournalAnswers.Tell(write, failure));
    }

    private void Replay(ReplayMessages replay)
    {
        var stream = _disk.Store.Stream(replay.PersistenceId);
        var events = stream.Read(replay.FromSequenceNr, replay.ToSequenceNr, replay.Max);
        foreach (var (sequenceNr, stored, manifest, writerGuid) in events)
        {
            object payload = _objects.Load(stored);
            var persistent = new Persistent(
                payload, sequenceNr, replay.PersistenceId, manifest, isDeleted: false, ActorRefs.NoSender, writerGuid);
            replay.PersistentActor.Tell(new ReplayedMessage(persistent), ActorRefs.NoSender);
        }
        replay.PersistentActor.Tell(new RecoverySuccess(stream.HighestSequenceNr), ActorRefs.NoSender);
    }

    private void Delete(DeleteMessagesTo delete) => _disk.Write(
        DiskWork.EventDeletion,
        () => _disk.Store.Stream(delete.PersistenceId).DeleteEvents(delete.ToSequenceNr),
        failure => delete.PersistentActor.Tell(
            failure is null
                ? new DeleteMessagesSuccess(delete.ToSequenceNr)
                : new DeleteMessagesFailure(new DiskFailureException(), delete.ToSequenceNr),
            ActorRefs.NoSender));
}
