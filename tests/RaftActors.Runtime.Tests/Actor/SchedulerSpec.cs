using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

/// <summary>The scheduler of production. Only orders and counts are checked, never how long something took.</summary>
public sealed class SchedulerSpec : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IScheduler Scheduler => Sys.Scheduler;

    [Fact]
    public void A_message_is_told_once()
    {
        var probe = CreateTestProbe();
        Scheduler.ScheduleTellOnce(Soon, TestActor, "due", probe.Ref);
        ExpectMsgFrom(probe.Ref, "due", Patience);
        Scheduler.ScheduleTellOnce(4 * Soon, TestActor, "later", ActorRefs.NoSender);
        ExpectMsg("later", Patience);
    }

    [Fact]
    public void An_action_runs_once()
    {
        Scheduler.Advanced.ScheduleOnce(Soon, () => TestActor.Tell("due"));
        ExpectMsg("due", Patience);
    }

    [Fact]
    public void What_is_due_earlier_fires_earlier()
    {
        // Scheduled in the wrong order, each 20 ticks of the wheel apart.
        for (var i = 4; i >= 0; i--)
            Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(50 + 200 * i), TestActor, i, ActorRefs.NoSender);
        Assert.Equal([0, 1, 2, 3, 4], ReceiveN(5, Patience));
    }

    [Fact]
    public void Without_a_delay_it_fires_soon()
    {
        Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "now", ActorRefs.NoSender);
        ExpectMsg("now", Patience);
        Scheduler.ScheduleTellOnce(TimeSpan.FromTicks(1), TestActor, "almost now", ActorRefs.NoSender);
        ExpectMsg("almost now", Patience);
    }

    [Fact]
    public void Something_repeated_fires_until_cancelled()
    {
        var cancelable = Scheduler.ScheduleTellRepeatedlyCancelable(Soon, Soon, TestActor, "tick", ActorRefs.NoSender);
        for (var i = 0; i < 5; i++)
            ExpectMsg("tick", Patience);
        cancelable.Cancel();
        NothingComesAnyMore();
    }

    [Fact]
    public void What_is_cancelled_does_not_fire()
    {
        var cancelables = Enumerable.Range(0, 100)
            .Select(i => Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromMilliseconds(200 + i), TestActor, "cancelled", ActorRefs.NoSender))
            .ToList();
        foreach (var cancelable in cancelables)
            cancelable.Cancel();
        NothingComesAnyMore();
    }

    [Fact]
    public void What_was_cancelled_before_it_was_scheduled_does_not_fire()
    {
        Scheduler.ScheduleTellOnce(Soon, TestActor, "cancelled", ActorRefs.NoSender, Cancelable.CreateCanceled());
        Scheduler.Advanced.ScheduleOnce(Soon, () => TestActor.Tell("cancelled"), Cancelable.CreateCanceled());
        NothingComesAnyMore();
    }

    [Fact]
    public void A_failing_action_does_not_stop_the_others()
    {
        Scheduler.Advanced.ScheduleOnce(Soon, () => throw new TestException());
        Scheduler.ScheduleTellOnce(4 * Soon, TestActor, "still there", ActorRefs.NoSender);
        ExpectMsg("still there", Patience);
    }

    [Fact]
    public void Something_far_away_does_not_fire_too_early()
    {
        // Many turns of the wheel away.
        Scheduler.ScheduleTellOnce(TimeSpan.FromDays(1), TestActor, "tomorrow", ActorRefs.NoSender);
        NothingComesAnyMore();
    }

    [Fact]
    public void Something_repeated_that_fails_is_not_repeated()
    {
        var runs = 0;
        EventFilter.Exception<TestException>().ExpectOne(() => Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, Soon, () =>
        {
            runs++;
            throw new TestException();
        }));
        NothingComesAnyMore();
        Assert.Equal(1, runs);
    }

    [Fact]
    public void Impossible_times_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Scheduler.ScheduleTellOnce(-Soon, TestActor, "", ActorRefs.NoSender));
        Assert.Throws<ArgumentOutOfRangeException>(() => Scheduler.ScheduleTellRepeatedly(-Soon, Soon, TestActor, "", ActorRefs.NoSender));
        Assert.Throws<ArgumentOutOfRangeException>(() => Scheduler.ScheduleTellRepeatedly(Soon, TimeSpan.Zero, TestActor, "", ActorRefs.NoSender));
    }

    [Fact]
    public void The_clocks_do_not_go_back()
    {
        var (monotonic, precise) = (Scheduler.MonotonicClock, Scheduler.HighResMonotonicClock);
        Assert.True(Scheduler.MonotonicClock >= monotonic);
        Assert.True(Scheduler.HighResMonotonicClock >= precise);
        Assert.Equal(TimeSpan.Zero, Scheduler.Now.Offset);
    }

    /// <summary>What was due by now would have come before this, which is due after it.</summary>
    private void NothingComesAnyMore()
    {
        Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(400), TestActor, "the end", ActorRefs.NoSender);
        FishForMessage(m => m is "the end" || (m is not "tick" ? throw new TestException($"{m} came") : false), Patience);
        Assert.False(HasMessages);
    }
}
