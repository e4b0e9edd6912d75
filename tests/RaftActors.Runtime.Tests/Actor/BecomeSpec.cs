using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class BecomeSpec : TestKit
{
    [Fact]
    public void Become_replaces_the_behaviour_from_the_next_message_on()
    {
        var actor = ActorOf(() => new Roles());
        actor.Tell("who");
        ExpectMsg("follower");
        actor.Tell("become candidate");
        ExpectMsg("became candidate as follower");
        actor.Tell("who");
        ExpectMsg("candidate");
    }

    [Fact]
    public void Behaviours_are_stacked_and_come_back()
    {
        var actor = ActorOf(() => new Roles());
        actor.Tell("push candidate");
        actor.Tell("push leader");
        actor.Tell("who");
        ExpectMsg("leader");
        actor.Tell("pop");
        actor.Tell("who");
        ExpectMsg("candidate");
        actor.Tell("pop");
        actor.Tell("who");
        ExpectMsg("follower");
    }

    [Fact]
    public void The_first_behaviour_stays_when_there_is_nothing_to_go_back_to()
    {
        var actor = ActorOf(() => new Roles());
        actor.Tell("pop");
        actor.Tell("pop");
        actor.Tell("who");
        ExpectMsg("follower");
    }

    [Fact]
    public void Become_replaces_only_the_top_of_the_stack()
    {
        var actor = ActorOf(() => new Roles());
        actor.Tell("push candidate");
        actor.Tell("become leader");
        ExpectMsg("became leader as candidate");
        actor.Tell("pop");
        actor.Tell("who");
        ExpectMsg("follower");
    }

    [Fact]
    public void A_restart_goes_back_to_the_first_behaviour()
    {
        var actor = ActorOf(() => new Roles());
        actor.Tell("push candidate");
        actor.Tell("become leader");
        ExpectMsg("became leader as candidate");
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        actor.Tell("who");
        ExpectMsg("follower");
        actor.Tell("pop");
        actor.Tell("who");
        ExpectMsg("follower");
    }

    [Fact]
    public void A_receive_actor_dispatches_by_type_and_predicate_in_order()
    {
        var actor = ActorOf(() => new Typed());
        actor.Tell(1);
        ExpectMsg("small");
        actor.Tell(100);
        ExpectMsg("int");
        actor.Tell("text");
        ExpectMsg("string");
        actor.Tell(1.0);
        ExpectMsg("any");
    }

    [Fact]
    public void A_receive_actor_becomes_another_one()
    {
        var actor = ActorOf(() => new Typed());
        actor.Tell('b');
        ExpectMsg("becoming");
        actor.Tell(1);
        ExpectMsg("int in second");
        actor.Tell('b');
        actor.Tell(1);
        ExpectMsg("small");
    }

    [Fact]
    public void What_is_not_handled_is_published()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        var actor = ActorOf(() => new OnlyInts());
        actor.Tell("text");
        var unhandled = ExpectMsg<UnhandledMessage>();
        Assert.Equal("text", unhandled.Message);
        Assert.Equal(TestActor, unhandled.Sender);
        Assert.Equal(actor, unhandled.Recipient);
        actor.Tell(1);
        ExpectMsg(1);
    }

    private sealed class Roles : UntypedActor
    {
        protected override void OnReceive(object message) => Handle(message, "follower");

        private void Candidate(object message) => Handle(message, "candidate");

        private void Leader(object message) => Handle(message, "leader");

        private void Handle(object message, string role)
        {
            switch (message)
            {
                case "who":
                    Sender.Tell(role);
                    break;
                case "become candidate":
                    Become(Candidate);
                    Sender.Tell("became candidate as " + role);
                    break;
                case "become leader":
                    Become(Leader);
                    Sender.Tell("became leader as " + role);
                    break;
                case "push candidate":
                    BecomeStacked(Candidate);
                    break;
                case "push leader":
                    BecomeStacked(Leader);
                    break;
                case "pop":
                    UnbecomeStacked();
                    break;
                case "fail":
                    throw new TestException();
            }
        }
    }

    private sealed class Typed : ReceiveActor
    {
        public Typed()
        {
            First();
        }

        private void First()
        {
            Receive<int>(i => i < 10, _ => Sender.Tell("small"));
            Receive<int>(_ => Sender.Tell("int"));
            Receive<string>(_ => Sender.Tell("string"));
            Receive<char>(_ =>
            {
                Become(Second);
                Sender.Tell("becoming");
            });
            ReceiveAny(_ => Sender.Tell("any"));
        }

        private void Second()
        {
            Receive<int>(_ => Sender.Tell("int in second"));
            Receive<char>(_ => Become(First));
        }
    }

    private sealed class OnlyInts : ReceiveActor
    {
        public OnlyInts() => Receive<int>(i => Sender.Tell(i));
    }
}
