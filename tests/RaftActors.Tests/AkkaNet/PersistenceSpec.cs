using Akka.Actor;
using Akka.Persistence;
using RaftActors.Tests.VirtualTime;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of a persistent actor. RaftActor.Persistence.cs relies on it: nothing is said before the
/// handler of PersistAsync runs, handlers run in the order of the events, a write that fails ends the peer before any
/// handler runs, and recovery gives back the snapshot, the events behind it in order, and then its end, before any
/// command.
/// </summary>
public sealed class PersistenceSpec : CommandedDiskSpec
{
    [Fact]
    public void PersistAsync_keeps_no_command_waiting_and_runs_its_handlers_in_order_once_the_events_are_written()
    {
        var actor = Recovered();
        Disk.Commanded = true;
        actor.Tell(new Action<Recording>(self =>
        {
            self.PersistAsync("1", self.Handled);
            self.PersistAsync("2", self.Handled);
        }));
        actor.Tell("command");

        ExpectMsg("command");
        Assert.False(HasMessages);
        Disk.NextWrite().Succeed();
        Assert.Equal(["handled 1 at 1", "handled 2 at 2"], ReceiveN(2));
    }

    [Fact]
    public void Persist_keeps_commands_waiting_until_its_handler_has_run()
    {
        var actor = Recovered();
        Disk.Commanded = true;
        actor.Tell(new Action<Recording>(self => self.Persist("1", self.Handled)));
        actor.Tell("command");
        Assert.False(HasMessages);

        Disk.NextWrite().Succeed();

        Assert.Equal(["handled 1 at 1", "command"], ReceiveN(2));
    }

    [Fact]
    public void A_write_that_fails_stops_the_actor_before_any_handler_runs()
    {
        var actor = Recovered();
        Disk.Commanded = true;
        Watch(actor);
        actor.Tell(new Action<Recording>(self =>
        {
            self.PersistAsync("1", self.Handled);
            self.PersistAsync("2", self.Handled);
        }));

        Disk.NextWrite().Fail();

        Assert.Equal(["failed 1 at 1", "stopped"], ReceiveN(2));
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_write_that_is_rejected_is_told_and_its_handler_does_not_run()
    {
        var actor = Recovered();
        Disk.Commanded = true;
        actor.Tell(new Action<Recording>(self => self.PersistAsync("1", self.Handled)));

        Disk.NextWrite().Reject();

        ExpectMsg("rejected 1 at 1");
        actor.Tell("command");
        // The actor would go on behind the hole: a peer stops itself.
        ExpectMsg("command");
    }

    [Fact]
    public void Recovery_gives_the_events_in_order_and_then_its_end_before_any_command()
    {
        Disk.Put("actor", "1", "2", "3");

        Start().Tell("command");

        Assert.Equal(
            ["replayed 1 at 1", "replayed 2 at 2", "replayed 3 at 3", "recovered at 3", "command"], ReceiveN(5));
    }

    [Fact]
    public void Recovery_gives_the_latest_snapshot_that_the_criteria_allow_and_the_events_behind_it()
    {
        Disk.Put("actor", "1", "2");
        SaveSnapshotAt(1);
        SaveSnapshotAt(2);
        Disk.Put("actor", "3");

        Start();
        Assert.Equal(["offered 2", "replayed 3 at 3", "recovered at 3"], ReceiveN(3));
        Start(new Recovery(new SnapshotSelectionCriteria(1)));
        Assert.Equal(["offered 1", "replayed 2 at 2", "replayed 3 at 3", "recovered at 3"], ReceiveN(4));
        Start(new Recovery(SnapshotSelectionCriteria.None));
        Assert.Equal(["replayed 1 at 1", "replayed 2 at 2", "replayed 3 at 3", "recovered at 3"], ReceiveN(4));
    }

    [Fact]
    public void An_exception_while_an_event_is_replayed_stops_the_actor_and_no_command_is_handled()
    {
        Disk.Put("actor", "1", "poison", "3");

        var actor = Watch(Start());
        actor.Tell("command");

        Assert.Equal(["replayed 1 at 1", "recovery failed: poison", "stopped"], ReceiveN(3));
        ExpectTerminated(actor);
    }

    [Fact]
    public void An_actor_that_stops_during_a_write_runs_no_handler_and_the_event_is_there_for_the_next_one()
    {
        var actor = Watch(Recovered());
        Disk.Commanded = true;
        actor.Tell(new Action<Recording>(self => self.PersistAsync("1", self.Handled)));
        var write = Disk.NextWrite();
        Sys.Stop(actor);
        ExpectMsg("stopped");
        ExpectTerminated(actor);

        write.Succeed();
        Disk.Commanded = false;
        Start();

        Assert.Equal(["replayed 1 at 1", "recovered at 1"], ReceiveN(2));
    }

    private IActorRef Start(Recovery? recovery = null) =>
        Sys.ActorOf(Props.Create(() => new Recording(TestActor, recovery)));

    private IActorRef Recovered()
    {
        var actor = Start();
        ExpectMsg("recovered at 0");
        return actor;
    }

    private void SaveSnapshotAt(long sequenceNr)
    {
        var store = Akka.Persistence.Persistence.Instance.Apply(Sys).SnapshotStoreFor(null);
        var metadata = new SnapshotMetadata("actor", sequenceNr, DateTime.UnixEpoch);
        store.Tell(new SaveSnapshot(metadata, new[] { (byte)sequenceNr }), TestActor);
        ExpectMsg<SaveSnapshotSuccess>();
    }

    private sealed class Recording(IActorRef log, Recovery? recovery) : UntypedPersistentActor
    {
        public override string PersistenceId => "actor";

        public override Recovery Recovery => recovery ?? Recovery.Default;

        public void Handled(string @event) => log.Tell($"handled {@event} at {LastSequenceNr}");

        protected override void OnCommand(object message)
        {
            if (message is Action<Recording> action)
                action(this);
            else
                log.Tell(message);
        }

        protected override void OnRecover(object message) => log.Tell(message switch
        {
            SnapshotOffer offer => $"offered {((byte[])offer.Snapshot)[0]}",
            RecoveryCompleted => $"recovered at {LastSequenceNr}",
            "poison" => throw new IOException("poison"),
            _ => $"replayed {message} at {LastSequenceNr}",
        });

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
            log.Tell($"failed {@event} at {sequenceNr}");

        protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
            log.Tell($"rejected {@event} at {sequenceNr}");

        protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
            log.Tell($"recovery failed: {reason.Message}");

        protected override void PostStop() => log.Tell("stopped");
    }
}
