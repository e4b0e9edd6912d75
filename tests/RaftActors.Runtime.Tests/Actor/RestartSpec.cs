using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class RestartSpec : TestKit
{
    [Fact]
    public void The_hooks_run_in_order_with_the_reason_and_the_message()
    {
        var actor = ActorOf(() => new Hooked(TestActor, new Counter()));
        Assert.Equal(["1 constructed", "1 pre-start"], ReceiveN(2));
        EventFilter.Exception<TestException>("because").ExpectOne(() => actor.Tell("because"));
        Assert.Equal(
            ["1 pre-restart because of because", "1 post-stop", "2 constructed", "2 post-restart because", "2 pre-start"], ReceiveN(5));
        Sys.Stop(actor);
        ExpectMsg("2 post-stop");
    }

    [Fact]
    public void The_failed_message_is_gone_and_the_next_ones_go_to_the_new_instance()
    {
        var gate = new ManualResetEventSlim();
        var actor = ActorOf(() => new Gated(TestActor, gate, new Counter()));
        actor.Tell("fail");
        actor.Tell("second");
        actor.Tell("third");
        EventFilter.Exception<TestException>().ExpectOne(gate.Set);
        ExpectMsg("second in 2");
        ExpectMsg("third in 2");
    }

    [Fact]
    public void The_children_are_stopped_before_the_new_instance_is_made()
    {
        var actor = ActorOf(() => new Parent(TestActor));
        actor.Tell("spawn");
        ExpectMsg("child started");
        actor.Tell("spawn");
        ExpectMsg("child started");
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        ExpectMsg("child stopped");
        ExpectMsg("child stopped");
        ExpectMsg("parent made with 0 children");
    }

    [Fact]
    public void Children_may_be_kept()
    {
        var actor = ActorOf(() => new KeepingParent());
        actor.Tell("spawn");
        var child = ExpectMsg<IActorRef>();
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        actor.Tell("children");
        Assert.Equal([child], ExpectMsg<IActorRef[]>());
        child.Tell("still there");
        ExpectMsg("still there");
    }

    [Fact]
    public async Task The_reference_stays_the_same_and_is_not_reported_terminated()
    {
        var actor = ActorOf(Act.Props((message, context) => context.Sender.Tell(message is "fail" ? throw new TestException() : message)), "same");
        Watch(actor);
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        actor.Tell("hello");
        ExpectMsg("hello");
        Assert.Equal(actor, await Sys.ActorSelection("/user/same").ResolveOne(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void What_was_watched_stays_watched()
    {
        var subject = ActorOf(Act.Echo());
        var actor = ActorOf(Act.Props((message, context) =>
        {
            switch (message)
            {
                case "watch":
                    context.Watch(subject);
                    context.Sender.Tell("watching");
                    break;
                case "fail":
                    throw new TestException();
                case Terminated terminated:
                    TestActor.Tell(terminated.ActorRef);
                    break;
            }
        }));
        actor.Tell("watch");
        ExpectMsg("watching");
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        Sys.Stop(subject);
        ExpectMsg(subject);
    }

    [Fact]
    public void A_receive_timeout_stays_in_force()
    {
        var actor = ActorOf(() => new Impatient(TestActor));
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        actor.Tell("timeout");
        ExpectMsg("01:00:00");
    }

    [Fact]
    public void An_instance_that_fails_to_start_again_stops()
    {
        var actor = ActorOf(() => new FailsWhenMadeAgain(new Counter()));
        Watch(actor);
        EventFilter.Error().Expect(2, () => actor.Tell("fail"));
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_failing_pre_restart_hook_does_not_stop_the_restart()
    {
        var actor = ActorOf(() => new FailsBeforeRestart());
        EventFilter.Exception<TestException>().And.Exception<PreRestartException>().Expect(2, () => actor.Tell("fail"));
        actor.Tell("hello");
        ExpectMsg("hello");
    }

    private sealed class Hooked : UntypedActor
    {
        private readonly IActorRef _log;
        private readonly int _incarnation;

        public Hooked(IActorRef log, Counter instances)
        {
            _log = log;
            _incarnation = instances.Next();
            Log("constructed");
        }

        protected override void PreStart() => Log("pre-start");

        protected override void PostStop() => Log("post-stop");

        protected override void PreRestart(Exception reason, object message)
        {
            Log($"pre-restart {reason.Message} of {message}");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            Log($"post-restart {reason.Message}");
            base.PostRestart(reason);
        }

        protected override void OnReceive(object message) => throw new TestException((string)message);

        private void Log(string what) => _log.Tell($"{_incarnation} {what}");
    }

    private sealed class Gated(IActorRef log, ManualResetEventSlim gate, Counter instances) : UntypedActor
    {
        private readonly int _incarnation = instances.Next();

        protected override void OnReceive(object message)
        {
            gate.Wait();
            if (message is "fail")
                throw new TestException();
            log.Tell($"{message} in {_incarnation}");
        }
    }

    private sealed class Parent : UntypedActor
    {
        private readonly IActorRef _log;

        public Parent(IActorRef log) => _log = log;

        protected override void PostRestart(Exception reason) => _log.Tell($"parent made with {Context.GetChildren().Count()} children");

        protected override void OnReceive(object message)
        {
            if (message is "fail")
                throw new TestException();
            Context.ActorOf(Act.Props((_, _) => { }, _ => _log.Tell("child started"), _ => _log.Tell("child stopped")));
        }
    }

    private sealed class KeepingParent : UntypedActor
    {
        protected override void PreRestart(Exception reason, object message) => PostStop();

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "spawn":
                    Sender.Tell(Context.ActorOf(Act.Echo()));
                    break;
                case "children":
                    Sender.Tell(Context.GetChildren().ToArray());
                    break;
                default:
                    throw new TestException();
            }
        }
    }

    private sealed class Impatient(IActorRef log) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "fail":
                    Context.SetReceiveTimeout(TimeSpan.FromHours(1));
                    throw new TestException();
                case "timeout":
                    log.Tell(Context.ReceiveTimeout?.ToString() ?? "none");
                    break;
            }
        }
    }

    private sealed class FailsWhenMadeAgain : UntypedActor
    {
        public FailsWhenMadeAgain(Counter instances)
        {
            if (instances.Next() > 1)
                throw new OtherException();
        }

        protected override void OnReceive(object message) => throw new TestException();
    }

    private sealed class FailsBeforeRestart : UntypedActor
    {
        protected override void PreRestart(Exception reason, object message) => throw new OtherException();

        protected override void OnReceive(object message)
        {
            if (message is "fail")
                throw new TestException();
            Sender.Tell(message);
        }
    }
}
