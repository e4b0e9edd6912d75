using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

/// <summary>The same on the scheduler of production: nothing here depends on how fast it is.</summary>
public sealed class RealTimersSpec : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Timers_fire()
    {
        var actor = ActorOf(() => new TimedActor(TestActor));
        actor.Tell(new Action<ITimerScheduler>(t =>
        {
            t.StartSingleTimer("once", "once", Soon);
            t.StartPeriodicTimer("tick", "tick", Soon);
        }));
        FishForMessage(m => m is "once", Patience);
        for (var i = 0; i < 3; i++)
            FishForMessage(m => m is "tick", Patience);
        actor.Tell(new Action<ITimerScheduler>(t =>
        {
            t.CancelAll();
            TestActor.Tell("cancelled");
        }));
        FishForMessage(m => m is "cancelled", Patience);
        actor.Tell("barrier");
        ExpectMsg("barrier");
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("replace")]
    [InlineData("restart")]
    public void A_timer_does_not_fire_any_more_though_its_message_waits_in_the_mailbox(string how)
    {
        var goOn = new ManualResetEventSlim();
        var actor = ActorOf(() => new TimedActor(TestActor));
        actor.Tell(new Action<ITimerScheduler>(t =>
        {
            t.StartSingleTimer("key", "fired", Soon);
            goOn.Wait();
            switch (how)
            {
                case "cancel":
                    t.Cancel("key");
                    break;
                case "replace":
                    t.StartSingleTimer("key", "never", TimeSpan.FromHours(1));
                    break;
                case "restart":
                    throw new TestException();
            }
        }));

        AwaitCondition(() => actor is LocalActorRef { Cell.Mailbox.NumberOfMessages: > 0 }, Patience);
        EventFilter.Exception<TestException>().Expect(how == "restart" ? 1 : 0, TimeSpan.FromMilliseconds(how == "restart" ? 10_000 : 1), goOn.Set);
        actor.Tell("barrier");
        ExpectMsg("barrier");
    }

    /// <summary>A timer races with its cancellation, again and again: whoever wins, nothing fires afterwards.</summary>
    [Fact]
    public void No_race_lets_a_cancelled_timer_fire()
    {
        var actor = ActorOf(() => new Racing(TestActor));
        actor.Tell("start");
        ExpectMsg("never fired too late", Patience);
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

    private sealed class Racing(IActorRef log) : UntypedActor, IWithTimers
    {
        private const int Rounds = 100;
        private int _round;

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "start" when _round == Rounds:
                    log.Tell("never fired too late");
                    break;
                case "start":
                    Timers.StartSingleTimer("raced", _round, TimeSpan.FromMilliseconds(1 + _round % 20));
                    Timers.StartSingleTimer("cancel", "cancel", TimeSpan.FromMilliseconds(1 + _round % 20));
                    break;
                case "cancel":
                    Timers.Cancel("raced");
                    _round++;
                    Self.Tell("start");
                    break;
                case int round when round != _round:
                    log.Tell($"{round} fired in {_round}");
                    break;
            }
        }
    }
}
