using Akka.Actor;
using Akka.Pattern;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class BackoffSpec : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public BackoffSpec()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_child_that_stops_is_started_again_after_a_pause_that_doubles()
    {
        var supervisor = ActorOf(BackoffSupervisor.Props(Backoff.OnStop(Child(), "child", Second, 100 * Second, 0, -1)));
        ExpectMsg("started");
        for (var pause = 1; pause <= 4; pause *= 2)
        {
            StopChild(supervisor);
            Clock.Advance(pause * Second - TimeSpan.FromTicks(1));
            Assert.Equal(ActorRefs.Nobody, CurrentChild(supervisor) ?? ActorRefs.Nobody);
            Clock.Advance(TimeSpan.FromTicks(1));
            ExpectMsg("started");
        }
    }

    [Fact]
    public void The_pause_has_a_limit()
    {
        var supervisor = ActorOf(BackoffSupervisor.Props(Backoff.OnStop(Child(), "child", Second, 2 * Second, 0, -1)));
        ExpectMsg("started");
        for (var i = 0; i < 6; i++)
        {
            StopChild(supervisor);
            Clock.Advance(2 * Second);
            ExpectMsg("started");
        }
    }

    [Fact]
    public void A_child_that_fails_is_started_again_after_a_pause()
    {
        var supervisor = ActorOf(BackoffSupervisor.Props(Backoff.OnFailure(Child(), "child", Second, 10 * Second, 0, -1)));
        ExpectMsg("started");
        EventFilter.Exception<TestException>().ExpectOne(() => supervisor.Tell("fail"));
        ExpectMsg("stopped");
        AwaitAssert(() =>
        {
            Clock.Advance(Second);
            ExpectMsg("started", TimeSpan.FromMilliseconds(50));
        });
    }

    [Fact]
    public void Messages_go_to_the_child_and_are_lost_while_there_is_none()
    {
        var supervisor = ActorOf(BackoffSupervisor.Props(Backoff.OnStop(Child(), "child", Second, 10 * Second, 0, -1)));
        ExpectMsg("started");
        supervisor.Tell("hello");
        ExpectMsg("hello");
        StopChild(supervisor);
        EventFilter.DeadLetter<string>(text => text == "lost").ExpectOne(() => supervisor.Tell("lost"));
    }

    private Props Child() => Act.Props((message, context) =>
    {
        switch (message)
        {
            case "stop":
                context.Stop(context.Self);
                break;
            case "fail":
                throw new TestException();
            default:
                context.Sender.Tell(message);
                break;
        }
    }, _ => TestActor.Tell("started"), _ => TestActor.Tell("stopped"));

    private void StopChild(IActorRef supervisor)
    {
        supervisor.Tell("stop");
        ExpectMsg("stopped");
        AwaitAssert(() => Assert.Null(CurrentChild(supervisor)));
    }

    private IActorRef? CurrentChild(IActorRef supervisor)
    {
        supervisor.Tell(BackoffSupervisor.GetCurrentChild.Instance);
        var child = ExpectMsg<BackoffSupervisor.CurrentChild>().Ref;
        return child.IsNobody() ? null : child;
    }
}
