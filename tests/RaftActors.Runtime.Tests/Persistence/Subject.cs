using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Runtime.Tests.Persistence;

/// <summary>A persistent actor as a test sees it: what it did, in order, and a way to make it do something.</summary>
internal sealed class Subject
{
    private readonly List<string> _log = [];
    private readonly List<(Func<List<string>, bool> Condition, TaskCompletionSource Reached)> _waiting = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Subject()
    {
    }

    public IActorRef Ref { get; private set; } = null!;

    /// <summary>Completes when the actor has stopped.</summary>
    public Task Stopped => _stopped.Task;

    public List<string> Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    public static Subject Start(ActorSystem system, string id, Recovery? recovery)
    {
        var subject = new Subject();
        subject.Ref = system.ActorOf(Props.Create(typeof(Actor), subject, id, recovery!));
        system.ActorOf(Props.Create(typeof(Watcher), subject));
        return subject;
    }

    public void Note(string entry)
    {
        lock (_log)
        {
            _log.Add(entry);
            foreach (var (condition, reached) in _waiting)
            {
                if (condition(_log))
                    reached.TrySetResult();
            }
        }
    }

    public Task Until(string entry) => Until(log => log.Contains(entry));

    public Task Recovered() => Until(log => log.Exists(entry => entry.StartsWith("recovered", StringComparison.Ordinal)));

    public async Task Until(Func<List<string>, bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_log)
        {
            if (condition(_log))
                return;
            _waiting.Add((condition, reached));
        }
        try
        {
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException("So far: " + string.Join(", ", Log));
        }
    }

    /// <summary>Sends the actor a command, which is what it is to do.</summary>
    public void Do(Action<Actor> act) => Ref.Tell(act);

    /// <summary>Has it do something and waits until it has received that command.</summary>
    public Task Done(Action<Actor> act)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(actor =>
        {
            act(actor);
            done.SetResult();
        });
        return done.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public Task Persisted(params string[] events)
    {
        Do(actor => actor.PersistAll(events, actor.Handled));
        return Until("handled " + events[^1]);
    }

    internal sealed class Actor(Subject subject, string id, Recovery? recovery) : UntypedPersistentActor
    {
        public override string PersistenceId => id;

        public override Recovery Recovery => recovery ?? Recovery.Default;

        public void Handled(string @event) => subject.Note("handled " + @event);

        public void Note(string entry) => subject.Note(entry);

        public void Reply(object message) => Sender.Tell(message);

        protected override void OnCommand(object message)
        {
            switch (message)
            {
                case Action<Actor> act:
                    act(this);
                    break;
                case string text:
                    Note("command " + text);
                    break;
                case SaveSnapshotSuccess saved:
                    Note($"saved {saved.Metadata.SequenceNr}");
                    break;
                case SaveSnapshotFailure failed:
                    Note($"not saved {failed.Metadata.SequenceNr}");
                    break;
                case DeleteMessagesSuccess deleted:
                    Note($"deleted to {deleted.ToSequenceNr}");
                    break;
                case DeleteMessagesFailure failed:
                    Note($"not deleted to {failed.ToSequenceNr}");
                    break;
                case DeleteSnapshotsSuccess:
                    Note("deleted snapshots");
                    break;
                case DeleteSnapshotSuccess deleted:
                    Note($"deleted snapshot {deleted.Metadata.SequenceNr}");
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        protected override void OnRecover(object message) => Note(message switch
        {
            SnapshotOffer offer => $"offered {offer.Snapshot} at {offer.Metadata.SequenceNr}",
            RecoveryCompleted => $"recovered at {LastSequenceNr}",
            "poison" => throw new InvalidOperationException("poison"),
            _ => $"replayed {message}",
        });

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Note($"failed {@event} at {sequenceNr}");

        protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Note($"rejected at {sequenceNr}");

        protected override void OnRecoveryFailure(Exception reason, object? message = null) => Note($"recovery failed: {reason.Message}");

        protected override void PreRestart(Exception reason, object message)
        {
            Note("restarting");
            base.PreRestart(reason, message);
        }
    }

    private sealed class Watcher(Subject subject) : UntypedActor
    {
        protected override void PreStart() => Context.Watch(subject.Ref);

        protected override void OnReceive(object message)
        {
            if (message is not Terminated)
                return;
            subject._stopped.TrySetResult();
            Context.Stop(Self);
        }
    }
}
