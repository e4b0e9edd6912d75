using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

/// <summary>The timers of an actor on a clock that the spec moves.</summary>
public sealed class TimersSpec : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public TimersSpec()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_single_timer_fires_once()
    {
        var actor = Timed();
        Do(actor, t => t.StartSingleTimer("key", "fired", Second));
        Clock.Advance(Second - TimeSpan.FromTicks(1));
        Barrier(actor);
        Clock.Advance(TimeSpan.FromTicks(1));
        ExpectMsg("fired");
        Do(actor, t => Assert.False(t.IsTimerActive("key")));
        Clock.Advance(10 * Second);
        Barrier(actor);
    }

    [Fact]
    public void A_periodic_timer_fires_until_cancelled()
    {
        var actor = Timed();
        Do(actor, t => t.StartPeriodicTimer("key", "tick", Second));
        for (var i = 0; i < 3; i++)
        {
            Clock.Advance(Second);
            ExpectMsg("tick");
            Do(actor, t => Assert.True(t.IsTimerActive("key")));
        }

        Do(actor, t => t.Cancel("key"));
        Do(actor, t => Assert.False(t.IsTimerActive("key")));
        Clock.Advance(Second);
        Barrier(actor);
    }

    [Fact]
    public void A_periodic_timer_may_begin_after_another_delay()
    {
        var actor = Timed();
        Do(actor, t => t.StartPeriodicTimer("key", "tick", 3 * Second, Second));
        Clock.Advance(2 * Second);
        Barrier(actor);
        Clock.Advance(Second);
        ExpectMsg("tick");
        Clock.Advance(Second);
        ExpectMsg("tick");
    }

    [Fact]
    public void A_timer_started_again_replaces_the_one_before()
    {
        var actor = Timed();
        Do(actor, t => t.StartSingleTimer("key", "first", Second));
        Do(actor, t => t.StartSingleTimer("key", "second", 2 * Second));
        Clock.Advance(Second);
        Barrier(actor);
        Clock.Advance(Second);
        ExpectMsg("second");
    }

    [Fact]
    public void Timers_of_other_keys_are_others()
    {
        var actor = Timed();
        Do(actor, t =>
        {
            t.StartSingleTimer(1, "one", Second);
            t.StartSingleTimer(2, "two", Second);
            t.Cancel(3);
            t.Cancel(1);
        });
        Clock.Advance(Second);
        ExpectMsg("two");
        Barrier(actor);
    }

    [Fact]
    public void All_timers_are_cancelled_at_once()
    {
        var actor = Timed();
        Do(actor, t =>
        {
            t.StartSingleTimer(1, "one", Second);
            t.StartPeriodicTimer(2, "two", Second);
            t.CancelAll();
        });
        Clock.Advance(Second);
        Barrier(actor);
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_though_its_message_waits_in_the_mailbox()
    {
        var actor = Timed();
        Do(actor, t => t.StartSingleTimer("key", "fired", Second));
        WhileBusy(actor, () => Clock.Advance(Second), t => t.Cancel("key"));
        Barrier(actor);
    }

    [Fact]
    public void A_replaced_timer_does_not_fire_though_its_message_waits_in_the_mailbox()
    {
        var actor = Timed();
        Do(actor, t => t.StartSingleTimer("key", "first", Second));
        WhileBusy(actor, () => Clock.Advance(Second), t => t.StartSingleTimer("key", "second", Second));
        Barrier(actor);
        Clock.Advance(Second);
        ExpectMsg("second");
    }

    [Fact]
    public void A_periodic_timer_does_not_fire_after_cancel_however_many_ticks_wait()
    {
        var actor = Timed();
        Do(actor, t => t.StartPeriodicTimer("key", "tick", Second));
        WhileBusy(actor, () =>
        {
            for (var i = 0; i < 5; i++)
                Clock.Advance(Second);
        }, t => t.CancelAll());
        Barrier(actor);
    }

    [Fact]
    public void A_tick_that_waits_does_not_pass_for_one_of_the_timer_started_anew()
    {
        var actor = Timed();
        Do(actor, t => t.StartPeriodicTimer("key", "old", Second));
        WhileBusy(actor, () => Clock.Advance(Second), t =>
        {
            t.Cancel("key");
            t.StartPeriodicTimer("key", "new", Second);
        });
        Barrier(actor);
        Clock.Advance(Second);
        ExpectMsg("new");
    }

    [Fact]
    public void A_restart_cancels_the_timers()
    {
        var actor = Timed();
        Do(actor, t => t.StartPeriodicTimer("key", "tick", Second));
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        Do(actor, t => Assert.False(t.IsTimerActive("key")));
        Clock.Advance(Second);
        Barrier(actor);
    }

    [Fact]
    public void A_timer_of_the_instance_before_does_not_fire_though_its_message_waits_in_the_mailbox()
    {
        var actor = Timed();
        Do(actor, t => t.StartSingleTimer("key", "old", Second));
        EventFilter.Exception<TestException>().ExpectOne(
            () => WhileBusy(actor, () => Clock.Advance(Second), _ => throw new TestException()));
        Barrier(actor);
    }

    [Fact]
    public void A_timer_of_the_instance_before_does_not_pass_for_one_of_the_new_instance()
    {
        var actor = ActorOf(() => new TimerAtStart(TestActor, Second, new Counter()));
        EventFilter.Exception<TestException>().ExpectOne(
            () => WhileBusy(actor, () => Clock.Advance(Second), _ => throw new TestException()));
        Barrier(actor);
        Clock.Advance(Second);
        ExpectMsg("of 2");
        Barrier(actor);
    }

    [Fact]
    public void A_stop_cancels_the_timers()
    {
        var actor = Timed();
        Do(actor, t => t.StartPeriodicTimer("key", "tick", Second));
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
        EventFilter.DeadLetter().Expect(0, TimeSpan.FromMilliseconds(50), () => Clock.Advance(5 * Second));
    }

    [Fact]
    public void A_timer_may_be_started_from_its_own_message()
    {
        var actor = Timed();
        Do(actor, t => t.StartSingleTimer("key", new Action<ITimerScheduler>(again =>
        {
            TestActor.Tell("first");
            again.StartSingleTimer("key", "second", Second);
        }), Second));
        Clock.Advance(Second);
        ExpectMsg("first");
        Barrier(actor);
        Clock.Advance(Second);
        ExpectMsg("second");
    }

    private IActorRef Timed() => ActorOf(() => new TimedActor(TestActor));

    private void Do(IActorRef actor, Action<ITimerScheduler> action)
    {
        actor.Tell(action);
        Barrier(actor);
    }

    /// <summary>Whatever the actor was told before is done, and nothing else came of it.</summary>
    private void Barrier(IActorRef actor)
    {
        actor.Tell("barrier");
        ExpectMsg("barrier");
    }

    /// <summary>Holds the actor up, so that what time brings waits in its mailbox while it does something.</summary>
    private static void WhileBusy(IActorRef actor, Action meanwhile, Action<ITimerScheduler> then)
    {
        var busy = new ManualResetEventSlim();
        var goOn = new ManualResetEventSlim();
        actor.Tell(new Action<ITimerScheduler>(timers =>
        {
            busy.Set();
            goOn.Wait();
            then(timers);
        }));
        busy.Wait();
        meanwhile();
        goOn.Set();
    }

    private class TimedActor(IActorRef log) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Action<ITimerScheduler> action:
                    action(Timers);
                    break;
                case "fail":
                    throw new TestException();
                default:
                    log.Tell(message);
                    break;
            }
        }
    }

    private sealed class TimerAtStart(IActorRef log, TimeSpan delay, Counter instances) : TimedActor(log)
    {
        protected override void PreStart() => Timers.StartSingleTimer("key", $"of {instances.Next()}", delay);
    }
}
