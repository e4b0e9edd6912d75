using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.TestKitTests;

public sealed class TestActorRefSpec : TestKit
{
    [Fact]
    public void The_actor_runs_before_tell_returns()
    {
        var actor = ActorOfAsTestActorRef<Counter>();
        actor.Tell(2);
        Assert.Equal(2, actor.UnderlyingActor.Sum);
        actor.Tell(3, TestActor);
        Assert.Equal(5, actor.UnderlyingActor.Sum);
        Assert.Equal([2, 5], ReceiveN(2));
    }

    [Fact]
    public void The_actor_runs_on_the_thread_that_tells_it()
    {
        var actor = ActorOfAsTestActorRef<Counter>();
        actor.Tell(1);
        Assert.Same(Thread.CurrentThread, actor.UnderlyingActor.Thread);
    }

    [Fact]
    public void Receive_hands_a_message_over_and_its_failure_back()
    {
        var actor = ActorOfAsTestActorRef(() => new Counter(), "counter");
        actor.Receive(4, TestActor);
        ExpectMsg(4);
        Assert.Throws<NotSupportedException>(() => actor.Receive("fail"));
        Assert.Equal(4, actor.UnderlyingActor.Sum);
    }

    [Fact]
    public void A_restart_replaces_the_instance()
    {
        var actor = ActorOfAsTestActorRef<Counter>(Props.Create<Counter>());
        var first = actor.UnderlyingActor;
        actor.Tell(1);
        EventFilter.Exception<NotSupportedException>().ExpectOne(() => actor.Tell("fail"));
        AwaitCondition(() => !ReferenceEquals(first, actor.UnderlyingActor));
        Assert.Equal(0, actor.UnderlyingActor.Sum);
    }

    [Fact]
    public void A_stopped_actor_has_no_instance()
    {
        var actor = ActorOfAsTestActorRef<Counter>();
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor.Ref);
        Assert.Throws<IllegalActorStateException>(() => actor.UnderlyingActor);
    }

    [Fact]
    public void It_is_a_reference()
    {
        var actor = ActorOfAsTestActorRef<Counter>("named");
        Assert.Equal("named", actor.Path.Name);
        Assert.Equal(actor.Ref.Path, ((IActorRef)actor).Path);
        Assert.True(actor == actor.Ref);
        Assert.True(actor.Ref == actor);
        Assert.False(actor != actor.Ref);
        Assert.True(actor.Equals(actor.Ref));
        Assert.Equal(actor.Ref.GetHashCode(), actor.GetHashCode());
        Assert.Contains("/user/named", actor.ToString());

        Sys.ActorSelection("/user/named").Tell(7, TestActor);
        ExpectMsg(7);
    }

    [Fact]
    public void It_may_have_another_supervisor()
    {
        var parent = ActorOfAsTestActorRef<Counter>("parent");
        var child = ActorOfAsTestActorRef<Counter>(parent.Ref, "child");
        Assert.Equal("/user/parent/child", child.Path.ToStringWithoutAddress());
        Watch(child);
        Sys.Stop(parent);
        ExpectTerminated(child.Ref);
    }

    private sealed class Counter : UntypedActor
    {
        public int Sum { get; private set; }

        public Thread? Thread { get; private set; }

        protected override void OnReceive(object message)
        {
            if (message is not int i)
                throw new NotSupportedException();
            Thread = Thread.CurrentThread;
            Sum += i;
            Sender.Tell(Sum);
        }
    }
}
