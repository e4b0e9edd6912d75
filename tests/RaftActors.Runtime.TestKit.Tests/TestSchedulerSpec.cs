using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.TestKitTests;

public sealed class TestSchedulerSpec : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public TestSchedulerSpec()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void Time_moves_only_when_advanced()
    {
        var start = Scheduler.Now;
        Assert.Equal(start, Scheduler.Now);
        Scheduler.Advance(Second);
        Assert.Equal(start + Second, Scheduler.Now);
        Scheduler.AdvanceTo(start + 3 * Second);
        Assert.Equal(start + 3 * Second, Scheduler.Now);
        Assert.Throws<InvalidOperationException>(() => Scheduler.AdvanceTo(start));
    }

    [Fact]
    public void A_message_is_told_when_it_is_due_and_not_before()
    {
        Scheduler.ScheduleTellOnce(Second, TestActor, "due", ActorRefs.NoSender);
        Scheduler.Advance(Second - TimeSpan.FromTicks(1));
        Assert.False(HasMessages);
        Scheduler.Advance(TimeSpan.FromTicks(1));
        Assert.True(HasMessages);
        ExpectMsg("due");
        Scheduler.Advance(10 * Second);
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_message_has_the_sender_it_was_scheduled_with()
    {
        var probe = CreateTestProbe();
        Scheduler.ScheduleTellOnce(Second, TestActor, "due", probe.Ref);
        Scheduler.Advance(Second);
        ExpectMsgFrom(probe.Ref, "due");
    }

    [Fact]
    public void Things_fire_in_the_order_of_their_times_and_then_of_scheduling()
    {
        foreach (var seconds in new[] { 3, 1, 2 })
        {
            Scheduler.ScheduleTellOnce(seconds * Second, TestActor, $"{seconds} a", ActorRefs.NoSender);
            Scheduler.ScheduleTellOnce(seconds * Second, TestActor, $"{seconds} b", ActorRefs.NoSender);
        }

        Scheduler.Advance(3 * Second);
        Assert.Equal(["1 a", "1 b", "2 a", "2 b", "3 a", "3 b"], ReceiveN(6));
    }

    [Fact]
    public void Something_repeated_fires_once_an_advance_and_then_an_interval_later()
    {
        Scheduler.ScheduleTellRepeatedly(Second, 2 * Second, TestActor, "tick", ActorRefs.NoSender);
        Scheduler.Advance(Second);
        Assert.Equal(1, Received());
        Scheduler.Advance(Second);
        Assert.Equal(0, Received());
        Scheduler.Advance(Second);
        Assert.Equal(1, Received());
        Scheduler.Advance(10 * Second);
        Assert.Equal(1, Received());
        Scheduler.Advance(Second);
        Assert.Equal(0, Received());
        Scheduler.Advance(Second);
        Assert.Equal(1, Received());
    }

    [Fact]
    public void What_is_cancelled_never_fires()
    {
        var once = Scheduler.ScheduleTellOnceCancelable(Second, TestActor, "once", ActorRefs.NoSender);
        var repeated = Scheduler.ScheduleTellRepeatedlyCancelable(Second, Second, TestActor, "repeated", ActorRefs.NoSender);
        once.Cancel();
        Scheduler.Advance(Second);
        ExpectMsg("repeated");
        repeated.Cancel();
        Scheduler.Advance(Second);
        Assert.False(HasMessages);
    }

    [Fact]
    public void What_is_cancelled_by_something_due_before_it_does_not_fire()
    {
        var later = Scheduler.ScheduleTellOnceCancelable(2 * Second, TestActor, "later", ActorRefs.NoSender);
        Scheduler.Advanced.ScheduleOnce(Second, later.Cancel);
        Scheduler.Advance(2 * Second);
        Assert.False(HasMessages);
    }

    [Fact]
    public void Something_repeated_may_cancel_itself()
    {
        var fired = 0;
        var cancelable = new Cancelable(Scheduler.Advanced);
        Scheduler.Advanced.ScheduleRepeatedly(Second, Second, () =>
        {
            if (++fired == 2)
                cancelable.Cancel();
        }, cancelable);
        for (var i = 0; i < 5; i++)
            Scheduler.Advance(Second);
        Assert.Equal(2, fired);
    }

    [Fact]
    public void What_is_scheduled_while_time_advances_waits_for_the_next_advance()
    {
        Scheduler.Advanced.ScheduleOnce(Second, () => Scheduler.ScheduleTellOnce(Second, TestActor, "second", ActorRefs.NoSender));
        Scheduler.Advance(5 * Second);
        Assert.False(HasMessages);
        Scheduler.Advance(Second);
        ExpectMsg("second");
    }

    [Fact]
    public void Timers_of_actors_follow()
    {
        var actor = ActorOf(() => new Ticking(TestActor));
        actor.Tell("start");
        ExpectMsg("started");
        Scheduler.Advance(Second);
        ExpectMsg("once");
        ExpectMsg("tick");
        Scheduler.Advance(Second);
        ExpectMsg("tick");
        actor.Tell("cancel");
        ExpectMsg("cancelled");
        Scheduler.Advance(Second);
        actor.Tell("start");
        ExpectMsg("started");
    }

    private int Received()
    {
        var count = 0;
        while (ReceiveOne(TimeSpan.Zero) != null)
            count++;
        return count;
    }

    private sealed class Ticking(IActorRef target) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "start":
                    Timers.StartSingleTimer("once", "once", Second);
                    Timers.StartPeriodicTimer("tick", "tick", Second);
                    target.Tell("started");
                    break;
                case "cancel":
                    Timers.CancelAll();
                    target.Tell("cancelled");
                    break;
                default:
                    target.Tell(message);
                    break;
            }
        }
    }
}
