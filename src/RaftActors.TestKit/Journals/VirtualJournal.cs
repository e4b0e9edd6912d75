using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// The journal plugin of a process. The plugin speaks the protocol of Akka.Persistence and leaves the rest to the disk.
/// Events are stored serialized, so a reader never shares an object with the writer.
/// </summary>
internal sealed class VirtualJournal : UntypedActor
{
    private readonly ObjectStorage _objects = new(Context.System);

    public VirtualJournal(Config config) => _ = config;

    protected override void OnReceive(object message)
    {
        var disk = VirtualProcess.Of(Context.System).Disk;
        switch (message)
        {
            case WriteMessages write:
                Write(disk, write);
                break;
            case ReplayMessages replay:
                disk.Read(() => Replay(disk, replay));
                break;
            case DeleteMessagesTo delete:
                Delete(disk, delete);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Write(PeerDisk disk, WriteMessages write)
    {
        var events = JournalAnswers.EventsOf(write)
            .Select(persistent => (Event: persistent, Stored: _objects.Store(persistent.Payload))).ToList();
        disk.Write(
            DiskWork.Events,
            () =>
            {
                foreach (var (persistent, stored) in events)
                {
                    var stream = disk.Store.Stream(persistent.PersistenceId);
                    stream.Append(persistent.SequenceNr, stored, persistent.Manifest, persistent.WriterGuid);
                    disk.Written?.Invoke(persistent.PersistenceId, persistent.Payload, stored.Bytes);
                }
            },
            failure => JournalAnswers.Tell(write, failure));
    }

    private void Replay(PeerDisk disk, ReplayMessages replay)
    {
        var stream = disk.Store.Stream(replay.PersistenceId);
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

    private static void Delete(PeerDisk disk, DeleteMessagesTo delete) => disk.Write(
        DiskWork.EventDeletion,
        () => disk.Store.Stream(delete.PersistenceId).DeleteEvents(delete.ToSequenceNr),
        failure => delete.PersistentActor.Tell(
            failure is null
                ? new DeleteMessagesSuccess(delete.ToSequenceNr)
                : new DeleteMessagesFailure(new DiskFailureException(), delete.ToSequenceNr),
            ActorRefs.NoSender));
}
