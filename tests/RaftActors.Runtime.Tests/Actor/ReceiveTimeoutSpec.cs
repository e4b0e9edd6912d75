using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class ReceiveTimeoutSpec : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public ReceiveTimeoutSpec()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    private sealed class Unnoticed : INotInfluenceReceiveTimeout
    {
    }

    [Fact]
    public void Silence_is_reported_again_and_again()
    {
        var actor = Impatient();
        Clock.Advance(2 * Second);
        ExpectMsg("timeout");
        Barrier(actor);
        Clock.Advance(2 * Second);
        ExpectMsg("timeout");
    }

    [Fact]
    public void A_message_starts_the_wait_anew()
    {
        var actor = Impatient();
        Clock.Advance(Second);
        Barrier(actor);
        Clock.Advance(Second);
        Barrier(actor);
        Clock.Advance(2 * Second);
        ExpectMsg("timeout");
    }

    [Fact]
    public void A_message_that_does_not_count_does_not()
    {
        var actor = Impatient();
        Clock.Advance(Second);
        actor.Tell(new Unnoticed());
        ExpectMsg<Unnoticed>();
        Clock.Advance(Second);
        ExpectMsg("timeout");
    }

    [Fact]
    public void It_can_be_turned_off()
    {
        var actor = Impatient();
        actor.Tell("off");
        ExpectMsg("off");
        Clock.Advance(10 * Second);
        Barrier(actor);
    }

    private IActorRef Impatient()
    {
        var actor = ActorOf(Act.Props((message, context) =>
        {
            switch (message)
            {
                case ReceiveTimeout:
                    TestActor.Tell("timeout");
                    break;
                case "on":
                    context.SetReceiveTimeout(2 * Second);
                    TestActor.Tell(message);
                    break;
                case "off":
                    context.SetReceiveTimeout(null);
                    TestActor.Tell(message);
                    break;
                default:
                    TestActor.Tell(message);
                    break;
            }
        }));
        actor.Tell("on");
        ExpectMsg("on");
        Settled(actor);
        return actor;
    }

    private void Barrier(IActorRef actor)
    {
        actor.Tell("barrier");
        ExpectMsg("barrier");
        Settled(actor);
    }

    /// <summary>The wait starts after the handler: a message that does not count is handled only after that.</summary>
    private void Settled(IActorRef actor)
    {
        actor.Tell(new Unnoticed());
        ExpectMsg<Unnoticed>();
    }
}
