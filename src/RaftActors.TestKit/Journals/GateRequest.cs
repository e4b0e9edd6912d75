using Akka.Actor;
using Akka.Persistence;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Journals;

/// <summary>A request to a journal or snapshot store on its way through a <see cref="PluginGate"/>.</summary>
internal sealed class GateRequest(
    object message, IActorRef sender, IActorRef plugin, IActorRef gate, VirtualWorld world) : DiskRequest
{
    private readonly List<(object Message, IActorRef Sender)> _answers = [];
    private Action? _done;
    private int _missing;

    /// <summary>Called when the request is passed on to the plugin.</summary>
    public required Action<GateRequest> Begins { get; init; }

    /// <inheritdoc/>
    public override DiskWork Work => message switch
    {
        WriteMessages => DiskWork.Events,
        SaveSnapshot => DiskWork.Snapshot,
        DeleteMessagesTo => DiskWork.EventDeletion,
        DeleteSnapshot or DeleteSnapshots => DiskWork.SnapshotDeletion,
        _ => DiskWork.Read,
    };

    private IActorRef ReplyTo => message switch
    {
        WriteMessages write => write.PersistentActor,
        ReplayMessages replay => replay.PersistentActor,
        DeleteMessagesTo delete => delete.PersistentActor,
        _ => sender,
    };

    /// <summary>Passes the request on to the plugin. The plugin answers to the gate.</summary>
    public override void Do(Action done)
    {
        _done = done;
        _missing = 1 + (message is WriteMessages written ? written.Messages.Sum(static envelope => envelope.Size) : 0);
        world.BeginOutsideWork();
        Begins(this);
        object request = message switch
        {
            WriteMessages write => new WriteMessages(write.Messages, gate, write.ActorInstanceId),
            ReplayMessages replay =>
                new ReplayMessages(replay.FromSequenceNr, replay.ToSequenceNr, replay.Max, replay.PersistenceId, gate),
            DeleteMessagesTo delete => new DeleteMessagesTo(delete.PersistenceId, delete.ToSequenceNr, gate),
            _ => message,
        };
        plugin.Tell(request, gate);
    }

    /// <summary>Records an answer of the plugin.</summary>
    /// <returns>Whether the answer is complete.</returns>
    public bool Answered(object answer, IActorRef from)
    {
        _answers.Add((answer, from));
        if (answer is ReplayedMessage || --_missing > 0)
            return false;
        world.EndOutsideWork();
        _done!();
        return true;
    }

    /// <summary>Called when no process waits for the answer any more.</summary>
    public void Abandon() => world.EndOutsideWork();

    /// <summary>Passes the answers back, or answers as a plugin that failed or that refused.</summary>
    public override void Answer(WriteFailure? failure)
    {
        if (failure is null)
        {
            foreach (var (answer, from) in _answers)
                ReplyTo.Tell(answer, from);
        }
        else if (message is WriteMessages write)
        {
            JournalAnswers.Tell(write, failure);
        }
        else if (message is SaveSnapshot save)
        {
            ReplyTo.Tell(new SaveSnapshotFailure(save.Metadata, new DiskFailureException()), ActorRefs.NoSender);
        }
    }
}
