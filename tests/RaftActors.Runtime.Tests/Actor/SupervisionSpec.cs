using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class SupervisionSpec : TestKit
{
    [Fact]
    public void Resume_keeps_the_instance_and_its_state()
    {
        var child = ChildUnder(new OneForOneStrategy(_ => Directive.Resume));
        child.Tell("count");
        ExpectMsg(1);
        EventFilter.Warning(contains: "thrown on purpose").ExpectOne(() => child.Tell("fail"));
        child.Tell("count");
        ExpectMsg(2);
    }

    [Fact]
    public void Restart_makes_a_new_instance()
    {
        var child = ChildUnder(new OneForOneStrategy(_ => Directive.Restart));
        child.Tell("count");
        ExpectMsg(1);
        EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
        child.Tell("count");
        ExpectMsg(1);
    }

    [Fact]
    public void Stop_ends_the_child()
    {
        var child = ChildUnder(new OneForOneStrategy(_ => Directive.Stop));
        Watch(child);
        EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(child);
    }

    [Fact]
    public void Escalate_is_a_failure_of_the_parent()
    {
        var grandparent = ActorOf(() => new Supervisor(new OneForOneStrategy(_ => Directive.Stop)));
        grandparent.Tell(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Escalate))));
        var parent = ExpectMsg<IActorRef>();
        parent.Tell(Props.Create(() => new Counting()));
        var child = ExpectMsg<IActorRef>();
        Watch(parent);
        EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(parent);
    }

    [Fact]
    public void The_decider_chooses_by_the_exception()
    {
        var child = ChildUnder(new OneForOneStrategy(e => e is OtherException ? Directive.Restart : Directive.Resume));
        child.Tell("count");
        ExpectMsg(1);
        EventFilter.Warning().ExpectOne(() => child.Tell("fail"));
        child.Tell("count");
        ExpectMsg(2);
        EventFilter.Exception<OtherException>().ExpectOne(() => child.Tell("fail otherwise"));
        child.Tell("count");
        ExpectMsg(1);
    }

    [Fact]
    public void One_for_one_leaves_the_siblings_alone()
    {
        var (first, second) = TwoChildrenUnder(new OneForOneStrategy(_ => Directive.Restart));
        second.Tell("count");
        ExpectMsg(1);
        EventFilter.Exception<TestException>().ExpectOne(() => first.Tell("fail"));
        second.Tell("count");
        ExpectMsg(2);
    }

    [Fact]
    public void All_for_one_restarts_the_siblings_too()
    {
        var (first, second) = TwoChildrenUnder(new AllForOneStrategy(_ => Directive.Restart));
        second.Tell("count");
        ExpectMsg(1);
        first.Tell("count");
        ExpectMsg(1);
        EventFilter.Exception<TestException>().ExpectOne(() => first.Tell("fail"));
        AwaitAssert(() =>
        {
            second.Tell("restarts");
            ExpectMsg("restarted");
        });
    }

    [Fact]
    public void All_for_one_stops_the_siblings_too()
    {
        var (first, second) = TwoChildrenUnder(new AllForOneStrategy(_ => Directive.Stop));
        var firstWatcher = CreateTestProbe();
        var secondWatcher = CreateTestProbe();
        firstWatcher.Watch(first);
        secondWatcher.Watch(second);
        EventFilter.Exception<TestException>().ExpectOne(() => first.Tell("fail"));
        firstWatcher.ExpectTerminated(first);
        secondWatcher.ExpectTerminated(second);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void After_too_many_restarts_the_child_stops(int allowed)
    {
        var child = ChildUnder(new OneForOneStrategy(allowed, TimeSpan.FromHours(1), _ => Directive.Restart));
        Watch(child);
        for (var i = 0; i < allowed; i++)
        {
            EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
            child.Tell("count");
            ExpectMsg(1);
        }

        EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(child);
    }

    [Fact]
    public void Restarts_without_a_limit_go_on()
    {
        var child = ChildUnder(new OneForOneStrategy(-1, -1, _ => Directive.Restart));
        for (var i = 0; i < 20; i++)
        {
            EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
            child.Tell("count");
            ExpectMsg(1);
        }
    }

    [Fact]
    public void By_default_a_failure_restarts_and_a_failed_construction_or_a_kill_stops()
    {
        var child = ChildUnder(SupervisorStrategy.DefaultStrategy);
        child.Tell("count");
        ExpectMsg(1);
        EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
        child.Tell("count");
        ExpectMsg(1);
        Watch(child);
        EventFilter.Exception<ActorKilledException>().ExpectOne(() => child.Tell(Kill.Instance));
        ExpectTerminated(child);

        EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
        {
            var unborn = ActorOf(() => new Unborn());
            Watch(unborn);
            ExpectTerminated(unborn);
        });
    }

    [Fact]
    public void A_failed_pre_start_is_a_failed_construction() => EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
    {
        var actor = ActorOf(Act.Props((_, _) => { }, _ => throw new TestException()));
        Watch(actor);
        ExpectTerminated(actor);
    });

    [Fact]
    public void A_failed_post_stop_does_not_keep_the_actor() => EventFilter.Exception<TestException>().ExpectOne(() =>
    {
        var actor = ActorOf(Act.Props((_, _) => { }, postStop: _ => throw new TestException()));
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
    });

    [Fact]
    public void The_stopping_strategy_stops_on_any_failure()
    {
        var child = ChildUnder(SupervisorStrategy.StoppingStrategy);
        Watch(child);
        EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(child);
    }

    [Fact]
    public void A_failing_actor_handles_nothing_until_its_supervisor_decided()
    {
        var decide = new ManualResetEventSlim();
        var child = ChildUnder(new OneForOneStrategy(_ =>
        {
            TestActor.Tell("asked");
            decide.Wait();
            return Directive.Resume;
        }));
        child.Tell("fail");
        child.Tell("count");
        ExpectMsg("asked");
        Assert.False(HasMessages);
        EventFilter.Warning().ExpectOne(decide.Set);
        ExpectMsg(1);
    }

    [Fact]
    public void The_children_of_a_failing_actor_wait_with_it()
    {
        var decide = new ManualResetEventSlim();
        var strategy = new OneForOneStrategy(_ =>
        {
            TestActor.Tell("asked");
            decide.Wait();
            return Directive.Resume;
        });
        var grandparent = ActorOf(() => new Supervisor(strategy));
        grandparent.Tell(Props.Create(() => new Supervisor(SupervisorStrategy.DefaultStrategy)));
        var parent = ExpectMsg<IActorRef>();
        parent.Tell(Props.Create(() => new Counting()));
        var child = ExpectMsg<IActorRef>();

        parent.Tell("fail");
        ExpectMsg("asked");
        child.Tell("count");
        EventFilter.Warning().ExpectOne(() =>
        {
            // The resume reaches the parent and then the child.
            decide.Set();
            ExpectMsg(1);
        });
    }

    [Fact]
    public void The_sender_during_the_decision_is_the_child()
    {
        var parent = ActorOf(() => new Nosy(TestActor));
        parent.Tell(Props.Create(() => new Counting()));
        var child = ExpectMsg<IActorRef>();
        EventFilter.Warning().ExpectOne(() => child.Tell("fail"));
        ExpectMsg(child);
    }

    [Fact]
    public void A_strategy_needs_no_logging()
    {
        var child = ChildUnder(new OneForOneStrategy(10, 3_600_000, _ => Directive.Restart, loggingEnabled: false));
        EventFilter.Error().Expect(0, TimeSpan.FromMilliseconds(50), () =>
        {
            child.Tell("fail");
            child.Tell("count");
            ExpectMsg(1);
        });
    }

    private IActorRef ChildUnder(SupervisorStrategy strategy)
    {
        var parent = ActorOf(() => new Supervisor(strategy));
        parent.Tell(Props.Create(() => new Counting()));
        return ExpectMsg<IActorRef>();
    }

    private (IActorRef First, IActorRef Second) TwoChildrenUnder(SupervisorStrategy strategy)
    {
        var parent = ActorOf(() => new Supervisor(strategy));
        parent.Tell(Props.Create(() => new Counting()));
        parent.Tell(Props.Create(() => new Counting()));
        return (ExpectMsg<IActorRef>(), ExpectMsg<IActorRef>());
    }

    private sealed class Supervisor(SupervisorStrategy strategy) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => strategy;

        protected override void OnReceive(object message)
        {
            if (message is not Props props)
                throw new TestException();
            Sender.Tell(Context.ActorOf(props));
        }
    }

    private sealed class Nosy(IActorRef log) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ =>
        {
            log.Tell(Sender);
            return Directive.Resume;
        });

        protected override void OnReceive(object message) => Sender.Tell(Context.ActorOf((Props)message));
    }

    private sealed class Counting : UntypedActor
    {
        private int _count;
        private bool _restarted;

        protected override void PostRestart(Exception reason) => _restarted = true;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "count":
                    Sender.Tell(++_count);
                    break;
                case "restarts":
                    Sender.Tell(_restarted ? "restarted" : "not restarted");
                    break;
                case "fail":
                    throw new TestException();
                case "fail otherwise":
                    throw new OtherException();
            }
        }
    }

    private sealed class Unborn : UntypedActor
    {
        public Unborn() => throw new TestException();

        protected override void OnReceive(object message)
        {
        }
    }
}
