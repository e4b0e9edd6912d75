using Akka.Actor;
using Akka.TestKit;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of an actor's timers. An election timeout that was cancelled or started again must not be
/// handled although its message is in the mailbox (Peer/Roles/Follower.cs): a follower that has just heard its leader
/// would campaign.
/// </summary>
public sealed class TimersSpec() : Akka.TestKit.Xunit2.TestKit(
    """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_single_timer_fires_once_and_not_before_its_time_and_is_inactive_when_it_has()
    {
        var actor = Timed();
        Do(actor, timers => timers.StartSingleTimer("key", "fired", Second));
        Clock.Advance(Second - TimeSpan.FromTicks(1));
        ExpectNothingFrom(actor);

        Clock.Advance(TimeSpan.FromTicks(1));

        ExpectMsg("fired");
        Do(actor, timers => Assert.False(timers.IsTimerActive("key")));
        Clock.Advance(10 * Second);
        ExpectNothingFrom(actor);
    }

    [Fact]
    public void A_timer_that_fires_is_inactive_already_in_the_handler_of_its_message()
    {
        var actor = Timed();
        Do(actor, timers => timers.StartSingleTimer(
            "key", new Action<ITimerScheduler>(within => TestActor.Tell(within.IsTimerActive("key"))), Second));

        Clock.Advance(Second);

        ExpectMsg(false);
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_though_its_message_is_in_the_mailbox()
    {
        var actor = Timed();
        Do(actor, timers => timers.StartSingleTimer("key", "fired", Second));

        WhileBusy(actor, () => Clock.Advance(Second), timers => timers.Cancel("key"));

        ExpectNothingFrom(actor);
    }

    [Fact]
    public void A_timer_that_was_started_again_does_not_fire_for_the_one_before_though_its_message_is_in_the_mailbox()
    {
        var actor = Timed();
        Do(actor, timers => timers.StartSingleTimer("key", "first", Second));

        WhileBusy(actor, () => Clock.Advance(Second), timers => timers.StartSingleTimer("key", "second", Second));

        ExpectNothingFrom(actor);
        Clock.Advance(Second);
        ExpectMsg("second");
    }

    [Fact]
    public void The_timers_of_a_stopped_actor_do_not_reach_the_next_one_of_its_name()
    {
        var first = Sys.ActorOf(Props.Create(() => new TimedActor(TestActor)), "peer");
        Do(first, timers => timers.StartPeriodicTimer("key", "tick", Second));
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first);
        var next = Sys.ActorOf(Props.Create(() => new TimedActor(TestActor)), "peer");

        Clock.Advance(Second);

        ExpectNothingFrom(next);
    }

    private IActorRef Timed() => Sys.ActorOf(Props.Create(() => new TimedActor(TestActor)));

    private void Do(IActorRef actor, Action<ITimerScheduler> action)
    {
        actor.Tell(action);
        ExpectNothingFrom(actor);
    }

    /// <summary>The actor has handled all it was told before, and told nothing.</summary>
    private void ExpectNothingFrom(IActorRef actor)
    {
        actor.Tell("end");
        ExpectMsg("end");
    }

    /// <summary>Holds the actor up, so that what falls due is in its mailbox while it does something.</summary>
    private static void WhileBusy(IActorRef actor, Action meanwhile, Action<ITimerScheduler> then)
    {
        using var busy = new ManualResetEventSlim();
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

    private sealed class TimedActor(IActorRef log) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            if (message is Action<ITimerScheduler> action)
                action(Timers);
            else
                log.Tell(message);
        }
    }
}
