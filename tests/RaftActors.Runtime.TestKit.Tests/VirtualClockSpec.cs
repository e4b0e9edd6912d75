using Akka.Actor;
using Akka.Dispatch;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.TestKitTests;

/// <summary>Where the TestScheduler does more than that of Akka.NET: there its monotonic clock is the real one, actions ignore cancellation, and there are no runnables.</summary>
public sealed class VirtualClockSpec : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public VirtualClockSpec()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void The_monotonic_clock_moves_with_the_time()
    {
        var before = Scheduler.MonotonicClock;
        Scheduler.Advance(Second);
        Assert.Equal(before + Second, Scheduler.MonotonicClock);
        Assert.Equal(before + Second, Scheduler.HighResMonotonicClock);
    }

    [Fact]
    public void A_cancelled_action_never_fires()
    {
        var cancelable = new Cancelable(Scheduler.Advanced);
        Scheduler.Advanced.ScheduleOnce(Second, () => TestActor.Tell("fired"), cancelable);
        cancelable.Cancel();
        Scheduler.Advance(Second);
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_runnable_fires()
    {
        Scheduler.Advanced.ScheduleOnce(Second, new ActionRunnable(() => TestActor.Tell("once")));
        Scheduler.Advanced.ScheduleRepeatedly(Second, Second, new ActionRunnable(() => TestActor.Tell("again")));
        Scheduler.Advance(Second);
        ExpectMsg("once");
        ExpectMsg("again");
        Scheduler.Advance(Second);
        ExpectMsg("again");
    }

    [Fact]
    public void What_is_due_at_once_fires_at_the_next_advance()
    {
        Scheduler.Advanced.ScheduleOnce(Second, () => Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "at once", ActorRefs.NoSender));
        Scheduler.Advance(Second);
        Assert.False(HasMessages);
        Scheduler.Advance(TimeSpan.Zero);
        ExpectMsg("at once");
    }

    [Fact]
    public void A_failing_action_fails_the_advance_and_leaves_the_others_due()
    {
        Scheduler.Advanced.ScheduleOnce(Second, () => throw new NotSupportedException());
        Scheduler.ScheduleTellOnce(Second, TestActor, "other", ActorRefs.NoSender);
        Assert.Throws<NotSupportedException>(() => Scheduler.Advance(Second));
        Scheduler.Advance(TimeSpan.Zero);
        ExpectMsg("other");
    }

    [Fact]
    public void Time_does_not_go_back() => Assert.Throws<ArgumentOutOfRangeException>(() => Scheduler.Advance(-Second));
}
