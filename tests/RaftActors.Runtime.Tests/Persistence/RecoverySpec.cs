using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Sql.Journal;
using Akka.TestKit;

namespace RaftActors.Runtime.Tests.Persistence;

public sealed class RecoverySpec : PersistenceTest
{
    [Theory]
    [InlineData(Memory)]
    [InlineData(Sql)]
    public async Task Events_come_back_in_order_and_then_recovery_completes(string plugin)
    {
        var system = Start(plugin);
        var first = Subject(system);
        await first.Persisted("1", "2");
        await first.Persisted("3");
        await Stop(first);

        var second = Subject(system);
        await second.Recovered();

        Assert.Equal(["replayed 1", "replayed 2", "replayed 3", "recovered at 3"], second.Log);
        Assert.Equal(["recovered at 0", "handled 1", "handled 2", "handled 3"], first.Log);
    }

    [Theory]
    [InlineData(Memory)]
    [InlineData(Sql)]
    public async Task A_snapshot_is_offered_before_the_events_after_it(string plugin)
    {
        var system = Start(plugin);
        var first = Subject(system);
        await first.Persisted("1", "2");
        await first.Done(actor => actor.SaveSnapshot("two"));
        await first.Until("saved 2");
        await first.Persisted("3");
        await first.Done(actor => actor.SaveSnapshot("three"));
        await first.Until("saved 3");
        await first.Persisted("4");
        await Stop(first);

        Assert.Equal(["offered three at 3", "replayed 4", "recovered at 4"], await LogOf(Subject(system)));
        Assert.Equal(["offered two at 2", "replayed 3", "replayed 4", "recovered at 4"], await LogOf(Subject(system, recovery: new(new SnapshotSelectionCriteria(2)))));
        Assert.Equal(["offered two at 2", "recovered at 4"], await LogOf(Subject(system, recovery: new(SnapshotSelectionCriteria.Latest, 2))));
        Assert.Equal(["recovered at 4"], await LogOf(Subject(system, recovery: Recovery.None)));
        Assert.Equal(["replayed 1", "recovered at 4"], await LogOf(Subject(system, recovery: new(SnapshotSelectionCriteria.None, long.MaxValue, 1))));
    }

    [Theory]
    [InlineData(Memory)]
    [InlineData(Sql)]
    public async Task Deleted_events_do_not_come_back_but_their_numbers_are_not_used_again(string plugin)
    {
        var system = Start(plugin);
        var first = Subject(system);
        await first.Persisted("1", "2", "3");
        await first.Done(actor => actor.DeleteMessages(2));
        await first.Until("deleted to 2");
        await Stop(first);

        var second = Subject(system);
        Assert.Equal(["replayed 3", "recovered at 3"], await LogOf(second, stop: false));
        await second.Done(actor => actor.DeleteMessages(long.MaxValue));
        await second.Until("deleted to 3");
        await second.Done(actor => actor.DeleteMessages(4));
        await second.Until("not deleted to 4");
        await Stop(second);

        var third = Subject(system);
        Assert.Equal(["recovered at 3"], await LogOf(third, stop: false));
        await third.Persisted("4");
        await third.Done(actor => actor.Note($"last {actor.LastSequenceNr}"));
        await third.Until("last 4");
    }

    [Theory]
    [InlineData(Memory)]
    [InlineData(Sql)]
    public async Task Deleted_snapshots_are_not_offered(string plugin)
    {
        var system = Start(plugin);
        var first = Subject(system);
        for (var i = 1; i <= 4; i++)
        {
            await first.Persisted($"{i}");
            await first.Done(actor => actor.SaveSnapshot($"s{i}"));
            await first.Until($"saved {i}");
        }
        await first.Done(actor => actor.DeleteSnapshot(4));
        await first.Until("deleted snapshot 4");
        await first.Done(actor => actor.DeleteSnapshots(new SnapshotSelectionCriteria(2)));
        await first.Until("deleted snapshots");
        await Stop(first);

        Assert.Equal(["offered s3 at 3", "replayed 4", "recovered at 4"], await LogOf(Subject(system)));
        Assert.Equal(["replayed 1", "replayed 2", "replayed 3", "replayed 4", "recovered at 4"], await LogOf(Subject(system, recovery: new(new SnapshotSelectionCriteria(2)))));
    }

    [Fact]
    public async Task Actors_do_not_see_each_others_events()
    {
        var system = Start(Sql);
        var a = Subject(system, "a");
        var b = Subject(system, "b");
        await Task.WhenAll(a.Persisted("a1", "a2"), b.Persisted("b1"));
        await Task.WhenAll(Stop(a), Stop(b));

        Assert.Equal(["replayed a1", "replayed a2", "recovered at 2"], await LogOf(Subject(system, "a")));
        Assert.Equal(["replayed b1", "recovered at 1"], await LogOf(Subject(system, "b")));
        Assert.Equal(["recovered at 0"], await LogOf(Subject(system, "c")));
    }

    [Fact]
    public async Task Commands_wait_until_recovery_has_completed()
    {
        var system = Start(Memory);
        await Subject(system).Persisted("1");
        var subject = Subject(system, "b");
        subject.Ref.Tell("early");
        await subject.Until("command early");

        Assert.Equal(["recovered at 0", "command early"], subject.Log);
    }

    [Fact]
    public async Task A_long_journal_comes_back_complete()
    {
        var system = Start(Sql);
        var first = Subject(system);
        var events = Enumerable.Range(1, 2300).Select(i => $"{i}").ToArray();
        await first.Persisted(events);
        await Stop(first);

        Assert.Equal([.. events.Select(e => "replayed " + e), "recovered at 2300"], await LogOf(Subject(system)));
        Assert.Equal(
            [.. events.Take(1000).Select(e => "replayed " + e), "recovered at 2300"],
            await LogOf(Subject(system, recovery: new(SnapshotSelectionCriteria.None, long.MaxValue, 1000))));
    }

    [Fact]
    public async Task An_exception_while_replaying_stops_the_actor()
    {
        var system = Start(Memory);
        var first = Subject(system);
        await first.Persisted("1", "poison", "3");
        await Stop(first);

        var second = Subject(system);
        await Within(second.Stopped);

        Assert.Equal(["replayed 1", "recovery failed: poison"], second.Log);
        Assert.Equal(["recovered at 0"], await LogOf(Subject(system, "other")));
    }

    [Fact]
    public async Task Only_so_many_actors_recover_at_a_time()
    {
        var system = Start("controlled", "akka.persistence.max-concurrent-recoveries = 1");
        var controls = ControlledJournal.Of(system);
        var write = new TaskCompletionSource();
        controls.Before = () => write.Task;
        var writing = Subject(system, "a");
        writing.Do(actor => actor.PersistAsync("1", actor.Handled));
        await Within(controls.WriteAsked.Task);
        // This one cannot finish its recovery before the write of that persistence id has ended, so the other one does not get the permit.
        var asked = ControlledJournal.Of(system).ReplayAsked;
        var recovering = Subject(system, "a");
        await Within(asked.Task);
        var waiting = Subject(system, "b");
        waiting.Ref.Tell("early");
        Assert.Empty(waiting.Log);

        write.SetResult();

        await waiting.Until("command early");
        await recovering.Recovered();
        Assert.Equal(["replayed 1", "recovered at 1"], recovering.Log);
    }

    [Fact]
    public async Task Recovery_waits_for_writes_that_were_reported_as_timed_out()
    {
        var system = Start("controlled", "akka.persistence.journal.controlled.circuit-breaker.call-timeout = 10 ms");
        var controls = ControlledJournal.Of(system);
        var write = new TaskCompletionSource();
        controls.Before = () => write.Task;
        var first = Subject(system);
        first.Do(actor => actor.Persist("1", actor.Handled));
        await Within(first.Stopped);
        Assert.Equal(["recovered at 0", "failed 1 at 1"], first.Log);

        var asked = ControlledJournal.Of(system).ReplayAsked;
        var second = Subject(system);
        await Within(asked.Task);
        Assert.Empty(second.Log);
        write.SetResult();

        await second.Recovered();
        Assert.Equal(["replayed 1", "recovered at 1"], second.Log);
    }

    [Fact]
    public async Task A_replay_for_a_restarted_predecessor_is_ignored_and_its_permit_taken_over()
    {
        var system = Start("controlled", "akka.persistence.max-concurrent-recoveries = 1");
        var first = Subject(system);
        await first.Persisted("1", "2");
        await Stop(first);
        var controls = ControlledJournal.Of(system);
        var replays = new Queue<TaskCompletionSource>([new(), new()]);
        var (old, fresh) = (replays.First(), replays.Last());
        controls.BeforeReplay = () => replays.Dequeue().Task;
        var second = Subject(system);
        await Within(controls.ReplayAsked.Task);
        controls = ControlledJournal.Of(system);
        controls.BeforeReplay = () => replays.Dequeue().Task;
        ((IInternalActorRef)second.Ref).Restart(new InvalidOperationException());
        await Within(controls.ReplayAsked.Task);

        old.SetResult();
        fresh.SetResult();

        await second.Recovered();
        Assert.Equal(["restarting", "replayed 1", "replayed 2", "recovered at 2"], second.Log);
    }

    [Fact]
    public async Task The_timer_of_a_restarted_predecessor_does_not_end_the_recovery()
    {
        var system = Start("controlled", $$"""
            akka.scheduler.implementation = "{{typeof(TestScheduler).AssemblyQualifiedName}}"
            akka.persistence.journal.controlled.recovery-event-timeout = 30s
            """);
        var clock = (TestScheduler)system.Scheduler;
        var first = Subject(system);
        await first.Persisted("1");
        await Stop(first);
        var (old, fresh) = (new TaskCompletionSource(), new TaskCompletionSource());
        var asked = ReplayAsked(system, old.Task);
        var second = Subject(system);
        await asked;
        clock.Advance(TimeSpan.FromSeconds(20));
        asked = ReplayAsked(system, fresh.Task);
        ((IInternalActorRef)second.Ref).Restart(new InvalidOperationException());
        await asked;

        clock.Advance(TimeSpan.FromSeconds(15));
        // As if on its way when it was cancelled.
        second.Ref.Tell(new RecoveryTick(snapshot: false) { ActorInstanceId = -1 });
        old.SetResult();
        fresh.SetResult();

        await second.Recovered();
        Assert.Equal(["restarting", "replayed 1", "recovered at 1"], second.Log);
    }

    [Fact]
    public async Task The_replay_of_a_restarted_predecessor_ends()
    {
        var system = Start(Memory);
        var subject = Subject(system);
        await subject.Recovered();
        await Within(subject.Ref.Ask<AbandonReplay>(new ReplayPaused(-1)));

        var replay = system.ActorOf(Props.Create(typeof(SqlReplay), null!, new ReplayMessages(1, 10, 10, "a", subject.Ref)));
        replay.Tell(AbandonReplay.Instance);
        await Within(replay.WatchAsync());
    }

    /// <summary>When the next replay is asked for, which is to wait for something.</summary>
    private static Task ReplayAsked(ActorSystem system, Task before)
    {
        var controls = ControlledJournal.Of(system);
        controls.BeforeReplay = () => before;
        return Within(controls.ReplayAsked.Task);
    }

    private static async Task Stop(Subject subject)
    {
        subject.Ref.Tell(PoisonPill.Instance);
        await Within(subject.Stopped);
    }

    private static async Task<List<string>> LogOf(Subject subject, bool stop = true)
    {
        await subject.Recovered();
        if (stop)
            await Stop(subject);
        return subject.Log;
    }
}
