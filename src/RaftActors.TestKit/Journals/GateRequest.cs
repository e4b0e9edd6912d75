using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.TestKit.Journals;

/// <summary>A request to a journal or snapshot store on its way through a <see cref="PluginGate"/>.</summary>
internal sealed class GateRequest(object message, IActorRef sender)
{
    /// <summary>Whether the disk has had its time.</summary>
    public bool IsDue { get; set; }

    public bool IsWrite => message is WriteMessages or SaveSnapshot;

    /// <summary>How many messages answer it, not counting those of a replay.</summary>
    public int AnswerCount => message is WriteMessages write ? 1 + write.Messages.Sum(envelope => envelope.Size) : 1;

    private IActorRef ReplyTo => message switch
    {
        WriteMessages write => write.PersistentActor,
        ReplayMessages replay => replay.PersistentActor,
        DeleteMessagesTo delete => delete.PersistentActor,
        _ => sender,
    };

    /// <summary>Passes it on, to be answered to the gate.</summary>
    public void Forward(IActorRef plugin, IActorRef gate)
    {
        object request = message switch
        {
            WriteMessages write => new WriteMessages(write.Messages, gate, write.ActorInstanceId),
            ReplayMessages replay => new ReplayMessages(replay.FromSequenceNr, replay.ToSequenceNr, replay.Max, replay.PersistenceId, gate),
            DeleteMessagesTo delete => new DeleteMessagesTo(delete.PersistenceId, delete.ToSequenceNr, gate),
            _ => message,
        };
        plugin.Tell(request, gate);
    }

    /// <summary>Passes the answers back.</summary>
    public void Answer(List<(object Message, IActorRef Sender)> answers)
    {
        foreach (var (answer, from) in answers)
            ReplyTo.Tell(answer, from);
    }

    /// <summary>Answers a write as a journal does that failed to do it, or that refused it.</summary>
    public void Fail(Exception cause, bool reject)
    {
        if (message is SaveSnapshot save)
        {
            ReplyTo.Tell(new SaveSnapshotFailure(save.Metadata, cause), ActorRefs.NoSender);
            return;
        }
        if (message is not WriteMessages write)
            return;
        ReplyTo.Tell(reject ? WriteMessagesSuccessful.Instance : new WriteMessagesFailed(cause, write.Messages.Count(envelope => envelope is AtomicWrite)), ActorRefs.NoSender);
        foreach (var persistent in write.Messages.OfType<AtomicWrite>().SelectMany(atomic => (IEnumerable<IPersistentRepresentation>)atomic.Payload))
        {
            object answer = reject
                ? new WriteMessageRejected(persistent, cause, write.ActorInstanceId)
                : new WriteMessageFailure(persistent, cause, write.ActorInstanceId);
            ReplyTo.Tell(answer, persistent.Sender);
        }
    }
}
