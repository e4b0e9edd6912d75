using Akka.Actor;

namespace RaftActors.Runtime.Tests.Persistence;

public sealed class PersistSpec : PersistenceTest
{
    [Fact]
    public async Task Persist_keeps_commands_waiting_until_its_handler_ran()
    {
        var system = Start("controlled");
        var controls = ControlledJournal.Of(system);
        var write = new TaskCompletionSource();
        controls.Before = () => write.Task;
        var subject = Subject(system);
        subject.Do(actor =>
        {
            actor.Persist("1", actor.Handled);
            actor.Persist("2", actor.Handled);
        });
        subject.Ref.Tell("x");
        subject.Ref.Tell("y");
        await Within(controls.WriteAsked.Task);

        write.SetResult();

        await subject.Until("command y");
        Assert.Equal(["recovered at 0", "handled 1", "handled 2", "command x", "command y"], subject.Log);
    }

    [Fact]
    public async Task PersistAsync_does_not_keep_commands_waiting()
    {
        var system = Start("controlled");
        var controls = ControlledJournal.Of(system);
        var write = new TaskCompletionSource();
        controls.Before = () => write.Task;
        var subject = Subject(system);
        subject.Do(actor => actor.PersistAsync("1", actor.Handled));
        subject.Ref.Tell("x");
        await subject.Until("command x");

        write.SetResult();

        await subject.Until("handled 1");
        Assert.Equal(["recovered at 0", "command x", "handled 1"], subject.Log);
    }

    [Theory]
    [InlineData(Memory)]
    [InlineData(Sql)]
    public async Task Handlers_run_in_the_order_of_what_was_persisted_and_deferred(string plugin)
    {
        var subject = Subject(Start(plugin));
        await subject.Done(actor =>
        {
            actor.DeferAsync("at once", actor.Handled);
            actor.PersistAsync("1", actor.Handled);
            actor.DeferAsync("after 1", actor.Handled);
            actor.PersistAllAsync(["2", "3"], actor.Handled);
            actor.Persist("4", e =>
            {
                actor.Handled(e);
                actor.PersistAsync("5", actor.Handled);
            });
            actor.DeferAsync("after 4", actor.Handled);
        });
        await subject.Until("handled 5");

        Assert.Equal(
            ["recovered at 0", "handled at once", "handled 1", "handled after 1", "handled 2", "handled 3", "handled 4", "handled after 4", "handled 5"],
            subject.Log);
    }

    [Fact]
    public async Task What_is_persisted_during_a_write_goes_into_the_next_one_together()
    {
        var system = Start("controlled");
        var controls = ControlledJournal.Of(system);
        var write = new TaskCompletionSource();
        controls.Before = () => write.Task;
        var subject = Subject(system);
        await subject.Done(actor => actor.PersistAsync("1", actor.Handled));
        await Within(controls.WriteAsked.Task);
        for (var i = 2; i <= 9; i++)
            await subject.Done(actor => actor.PersistAsync($"{i}", actor.Handled));
        await subject.Done(actor => actor.PersistAllAsync(["10", "11"], actor.Handled));
        Assert.Single(controls.Batches);

        write.SetResult();

        await subject.Until("handled 11");
        Assert.Equal([[1], [1, 1, 1, 1, 1, 1, 1, 1, 2]], controls.Batches);
        Assert.Equal([.. Enumerable.Range(1, 11).Select(i => $"handled {i}")], subject.Log.Skip(1));
    }

    [Fact]
    public async Task A_failed_write_stops_the_actor_before_any_handler_runs()
    {
        var system = Start("controlled");
        var controls = ControlledJournal.Of(system);
        controls.Before = () => Task.FromException(new IOException("disk"));
        var subject = Subject(system);
        subject.Do(actor =>
        {
            actor.PersistAsync("1", actor.Handled);
            actor.PersistAllAsync(["2", "3"], actor.Handled);
            actor.DeferAsync("deferred", actor.Handled);
        });

        await Within(subject.Stopped);

        Assert.Equal(["recovered at 0", "failed 1 at 1"], subject.Log);
    }

    [Fact]
    public async Task A_rejected_event_is_told_and_the_others_are_written()
    {
        var system = Start("controlled");
        ControlledJournal.Of(system).Reject = write => write.LowestSequenceNr == 2 ? new NotSupportedException("no") : null;
        var subject = Subject(system);
        await subject.Done(actor =>
        {
            actor.PersistAsync("1", actor.Handled);
            actor.PersistAllAsync(["2", "3"], actor.Handled);
            actor.PersistAsync("4", actor.Handled);
        });
        await subject.Until("handled 4");

        Assert.Equal(["recovered at 0", "handled 1", "rejected at 2", "rejected at 3", "handled 4"], subject.Log);
        var second = Subject(system);
        await second.Recovered();
        Assert.Equal(["replayed 1", "replayed 4", "recovered at 4"], second.Log);
    }

    [Fact]
    public async Task Confirmations_for_a_restarted_predecessor_are_ignored()
    {
        var system = Start("controlled");
        var controls = ControlledJournal.Of(system);
        var write = new TaskCompletionSource();
        controls.Before = () => write.Task;
        var subject = Subject(system);
        await subject.Done(actor => actor.PersistAsync("1", actor.Handled));
        subject.Do(_ => throw new InvalidOperationException("restart me"));
        subject.Ref.Tell("x");
        await subject.Until("restarting");

        write.SetResult();

        await subject.Until("command x");
        Assert.Equal(["recovered at 0", "restarting", "replayed 1", "recovered at 1", "command x"], subject.Log);
    }

    [Fact]
    public async Task A_handler_that_throws_restarts_the_actor_with_its_event_in_the_journal()
    {
        var subject = Subject(Start(Memory));
        subject.Do(actor => actor.Persist("1", _ => throw new InvalidOperationException("handler")));
        subject.Ref.Tell("x");

        await subject.Until("command x");

        Assert.Equal(["recovered at 0", "restarting", "replayed 1", "recovered at 1", "command x"], subject.Log);
    }

    [Fact]
    public async Task The_sender_in_a_handler_is_that_of_the_command()
    {
        var system = Start(Sql);
        var subject = Subject(system);
        var probe = Subject(system, "probe");
        subject.Ref.Tell((Action<Subject.Actor>)(actor => actor.PersistAsync("1", e => Reply(actor, e))), probe.Ref);

        await probe.Until("command reply to 1");

        static void Reply(Subject.Actor actor, string e) => actor.Reply("reply to " + e);
    }

    [Fact]
    public async Task Stashed_commands_come_back_before_those_that_came_later()
    {
        var subject = Subject(Start(Memory));
        var stashed = false;
        subject.Do(actor =>
        {
            if (stashed)
                actor.Note("stashed");
            else
                actor.Stash.Stash();
            stashed = true;
        });
        subject.Do(actor => actor.Persist("1", actor.Handled));
        subject.Do(actor =>
        {
            actor.Stash.UnstashAll();
            actor.Note("unstash");
        });
        subject.Ref.Tell("later");
        await subject.Until("command later");

        Assert.Equal(["recovered at 0", "handled 1", "unstash", "stashed", "command later"], subject.Log);
    }

    [Fact]
    public async Task Nothing_can_be_persisted_during_recovery()
    {
        var system = Start(Memory);
        var failure = new TaskCompletionSource<Exception>();
        system.ActorOf(Props.Create(typeof(Impatient), failure));

        Assert.IsType<InvalidOperationException>(await Within(failure.Task));
    }

    private sealed class Impatient : Akka.Persistence.ReceivePersistentActor
    {
        public Impatient(TaskCompletionSource<Exception> failure)
        {
            RecoverAny(_ => { });
            try
            {
                Persist("too early", _ => { });
            }
            catch (Exception e)
            {
                failure.SetResult(e);
            }
        }

        public override string PersistenceId => "impatient";
    }
}
