using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>A persistent actor as a spec sees it: what it did, in order, and a way to make it do something.</summary>
internal sealed class Subject
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly BlockingCollection<object> _notes = [];

    /// <summary>Starts it.</summary>
    public Subject(ActorSystem system, string persistenceId = "a")
    {
        Ref = system.ActorOf(Props.Create(typeof(Actor), this, persistenceId));
        system.ActorOf(Props.Create(typeof(Watcher), this));
    }

    public IActorRef Ref { get; }

    /// <summary>Has it do something.</summary>
    public void Do(Action<Actor> act) => Ref.Tell(act);

    /// <summary>What it noted next is this.</summary>
    public void Expect(params string[] notes)
    {
        foreach (var note in notes)
            Assert.Equal(note, Next());
    }

    /// <summary>What it noted next is that its recovery, or a write, failed because of the database.</summary>
    public SqliteDatabaseException ExpectFault() => Assert.IsType<SqliteDatabaseException>(Next());

    public object Next()
    {
        Assert.True(_notes.TryTake(out var note, Patience), "It noted nothing.");
        return note;
    }

    public void ExpectNothing() => Assert.Empty(_notes);

    public void Persist(params string[] events) => Do(actor => actor.PersistAll(events, actor.Handled));

    private void Note(object note) => _notes.Add(note);

    internal sealed class Actor(Subject subject, string persistenceId) : UntypedPersistentActor
    {
        public override string PersistenceId => persistenceId;

        public void Handled(string @event) => Note("handled " + @event);

        public void WriteAsync(string @event) => PersistAsync(@event, Handled);

        public void Note(object note) => subject.Note(note);

        protected override void OnCommand(object message)
        {
            switch (message)
            {
                case Action<Actor> act:
                    act(this);
                    break;
                case SaveSnapshotSuccess saved:
                    Note($"saved {saved.Metadata.SequenceNr}");
                    break;
                case SaveSnapshotFailure failed:
                    Note(failed.Cause);
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
            _ => $"replayed {message}",
        });

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Note(cause);

        protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
            Note($"rejected at {sequenceNr}");

        protected override void OnRecoveryFailure(Exception reason, object? message = null) => Note(reason);
    }

    private sealed class Watcher(Subject subject) : UntypedActor
    {
        protected override void PreStart() => Context.Watch(subject.Ref);

        protected override void OnReceive(object message)
        {
            if (message is not Terminated)
                return;
            subject.Note("stopped");
            Context.Stop(Self);
        }
    }
}
