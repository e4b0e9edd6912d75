using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

/// <summary>Failures that meet other failures, stops and starts.</summary>
public sealed class FaultEdgeSpec : TestKit
{
    [Fact]
    public void A_construction_that_failed_is_tried_again_if_the_supervisor_says_so()
    {
        var parent = Parent(new OneForOneStrategy(_ => Directive.Restart));
        EventFilter.Exception<ActorInitializationException>().Expect(2, () =>
        {
            parent.Tell(Props.Create(() => new ThirdTimeLucky(new Counter())));
            var child = ExpectMsg<IActorRef>();
            child.Tell("hello");
            ExpectMsg("hello");
        });
    }

    [Fact]
    public void Children_that_were_kept_are_restarted_with_their_parent()
    {
        var parent = ActorOf(() => new Keeping());
        parent.Tell(Act.Props((_, _) => { }, _ => TestActor.Tell("child started"), _ => TestActor.Tell("child stopped")));
        ExpectMsg("child started");
        EventFilter.Exception<TestException>().ExpectOne(() => parent.Tell("fail"));
        ExpectMsg("child stopped");
        ExpectMsg("child started");
    }

    [Fact]
    public void A_stop_during_a_restart_wins()
    {
        var goOn = new ManualResetEventSlim();
        var parent = ActorOf(Act.Props(
            (message, context) => _ = message is Props props ? context.ActorOf(props) : throw new TestException(),
            _ => TestActor.Tell("started")));
        ExpectMsg("started");
        parent.Tell(Act.Props((_, _) => { }, _ => TestActor.Tell("child"), _ =>
        {
            TestActor.Tell("child stopping");
            goOn.Wait();
        }));
        ExpectMsg("child");
        Watch(parent);
        EventFilter.Exception<TestException>().ExpectOne(() => parent.Tell("fail"));
        ExpectMsg("child stopping");
        ((IInternalActorRef)parent).Stop();
        goOn.Set();
        ExpectTerminated(parent);
    }

    [Fact]
    public void A_supervisor_that_fails_to_decide_has_failed_itself()
    {
        var grandparent = Parent(new OneForOneStrategy(_ => Directive.Stop));
        var undecided = new OneForOneStrategy(_ => throw new OtherException());
        grandparent.Tell(Props.Create(() => new ParentActor(undecided)));
        var parent = ExpectMsg<IActorRef>();
        parent.Tell(Act.Props((_, _) => throw new TestException()));
        var child = ExpectMsg<IActorRef>();
        Watch(parent);
        EventFilter.Exception<OtherException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(parent);
    }

    [Fact]
    public void A_child_may_fail_while_its_parent_waits_for_a_decision()
    {
        var decide = new ManualResetEventSlim();
        var strategy = new OneForOneStrategy(_ =>
        {
            decide.Wait();
            return Directive.Resume;
        });
        var grandparent = Parent(strategy);
        grandparent.Tell(Props.Create(() => new ParentActor(new OneForOneStrategy(_ => Directive.Restart))));
        var parent = ExpectMsg<IActorRef>();
        var busy = new ManualResetEventSlim();
        var fail = new ManualResetEventSlim();
        parent.Tell(Act.Props((message, context) =>
        {
            if (message is not "fail")
            {
                context.Sender.Tell(message);
                return;
            }

            busy.Set();
            fail.Wait();
            throw new TestException();
        }));
        var child = ExpectMsg<IActorRef>();
        child.Tell("fail");
        busy.Wait();
        EventFilter.Warning().And.Exception<TestException>().Expect(2, () =>
        {
            parent.Tell("fail");
            fail.Set();
            decide.Set();
            child.Tell("hello");
            ExpectMsg("hello");
        });
    }

    [Fact]
    public void What_an_actor_tells_itself_at_the_start_comes_after_its_start()
    {
        var actor = ActorOf(Act.Props((message, _) => TestActor.Tell(message), context =>
        {
            context.Self.Tell("to myself");
            TestActor.Tell("started");
        }));
        ExpectMsg("started");
        ExpectMsg("to myself");
        actor.Tell("later");
        ExpectMsg("later");
    }

    [Fact]
    public void What_is_told_to_an_actor_that_is_being_made_waits_for_it()
    {
        var goOn = new ManualResetEventSlim();
        var actor = ActorOf(Act.Props((message, context) => context.Sender.Tell(message), _ => goOn.Wait()));
        for (var i = 0; i < 100; i++)
            actor.Tell(i);
        goOn.Set();
        Assert.Equal(Enumerable.Range(0, 100).Cast<object>(), ReceiveN(100));
    }

    [Fact]
    public void An_actor_does_not_watch_itself()
    {
        var actor = ActorOf(Act.Props((message, context) =>
        {
            context.Watch(context.Self);
            context.Sender.Tell(message);
        }));
        actor.Tell("hello");
        ExpectMsg("hello");
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void An_actor_may_start_children_at_its_start_and_stop_at_once()
    {
        var actor = ActorOf(Act.Props((_, _) => { }, context =>
        {
            for (var i = 0; i < 10; i++)
                context.ActorOf(Act.Props((_, _) => { }, postStop: _ => TestActor.Tell("child stopped")));
            context.Stop(context.Self);
        }));
        Watch(actor);
        for (var i = 0; i < 10; i++)
            FishForMessage(m => m is "child stopped");
        ExpectTerminated(actor);
    }

    [Fact]
    public void No_children_are_made_in_the_last_hook()
    {
        var actor = ActorOf(Act.Props((_, _) => { }, postStop: context =>
            TestActor.Tell(Record.Exception(() => context.ActorOf(Act.Echo()))?.GetType() ?? typeof(void))));
        Watch(actor);
        Sys.Stop(actor);
        Assert.NotEqual(typeof(void), ExpectMsg<Type>());
        ExpectTerminated(actor);
    }

    private IActorRef Parent(SupervisorStrategy strategy) => ActorOf(() => new ParentActor(strategy));

    private sealed class ParentActor(SupervisorStrategy strategy) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => strategy;

        protected override void OnReceive(object message)
        {
            if (message is not Props props)
                throw new TestException();
            Sender.Tell(Context.ActorOf(props));
        }
    }

    private sealed class Keeping : UntypedActor
    {
        protected override void PreRestart(Exception reason, object message)
        {
        }

        protected override void OnReceive(object message) => _ = message is Props props ? Context.ActorOf(props) : throw new TestException();
    }

    private sealed class ThirdTimeLucky : UntypedActor
    {
        public ThirdTimeLucky(Counter instances)
        {
            if (instances.Next() < 3)
                throw new TestException();
        }

        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
