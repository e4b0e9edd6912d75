using Akka.Actor;
using Akka.Persistence;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// A journal that does as a spec commands: writes at once, or waits to be told whether a write succeeds, fails or is
/// rejected. It speaks the plugin protocol of Akka.Persistence as an actor, and uses no thread.
/// </summary>
internal sealed class CommandedJournal : UntypedActor
{
    private readonly Disk _disk = Disk.Of(Context.System);

    // As a journal that makes its tables when it starts: it fails when it cannot, and is started again.
    protected override void PreStart()
    {
        if (_disk.TakeStartFailure() is { } failure)
            Self.Tell(new Status.Failure(failure));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Status.Failure failure:
                throw failure.Cause;
            case WriteMessages write:
                _disk.Write([.. JournalAnswers.EventsOf(write)],
                    failure => JournalAnswers.Tell(write, failure?.How, failure?.Cause));
                break;
            case ReplayMessages replay:
                _disk.Read(() => Replay(replay));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Replay(ReplayMessages replay)
    {
        _disk.Replays++;
        if (_disk.ReplayFailure is { } failure)
        {
            replay.PersistentActor.Tell(new ReplayMessagesFailure(failure), ActorRefs.NoSender);
            return;
        }
        var events = _disk.Events(replay.PersistenceId);
        foreach (var (sequenceNr, @event) in events)
        {
            if (sequenceNr < replay.FromSequenceNr || sequenceNr > replay.ToSequenceNr)
                continue;
            var persistent = new Persistent(@event, sequenceNr, replay.PersistenceId);
            replay.PersistentActor.Tell(new ReplayedMessage(persistent), ActorRefs.NoSender);
        }
        long highest = events.Select(static item => item.SequenceNr).DefaultIfEmpty(0).Max();
        replay.PersistentActor.Tell(new RecoverySuccess(highest), ActorRefs.NoSender);
    }
}

/// <summary>How a write fails, and why.</summary>
internal sealed record CommandedFailure(WriteFailure How, Exception Cause);

/// <summary>A write that waits for a command.</summary>
internal sealed class PendingWrite(object @event, Action<CommandedFailure?> answer)
{
    /// <summary>What is to be written.</summary>
    public object Event { get; } = @event;

    public void Succeed() => answer(null);

    public void Reject() =>
        answer(new CommandedFailure(WriteFailure.Rejected,
            new InvalidOperationException("The journal rejects the event.")));

    public void Fail() => Fail(new IOException("The disk is broken."));

    public void Fail(Exception cause) => answer(new CommandedFailure(WriteFailure.NotDone, cause));
}
