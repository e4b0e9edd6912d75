using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class StopSpec : TestKit
{
    [Fact]
    public void A_poison_pill_is_taken_after_what_was_told_before_it()
    {
        var actor = ActorOf(Act.Props((message, _) => TestActor.Tell(message), postStop: _ => TestActor.Tell("stopped")));
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        for (var i = 0; i < 3; i++)
            actor.Tell(i);
        actor.Tell(PoisonPill.Instance);
        Assert.Equal([0, 1, 2, "stopped"], ReceiveN(4));
        actor.Tell("too late");
        Assert.Equal("too late", ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void An_actor_that_stops_itself_handles_nothing_more()
    {
        var actor = ActorOf(Act.Props((message, context) =>
        {
            TestActor.Tell(message);
            context.Stop(context.Self);
        }));
        Watch(actor);
        actor.Tell(1, ActorRefs.NoSender);
        ExpectMsg(1);
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_kill_fails_the_actor_and_its_supervisor_stops_it()
    {
        var actor = ActorOf(Act.Props((message, _) => TestActor.Tell(message)));
        Watch(actor);
        EventFilter.Exception<ActorKilledException>().ExpectOne(() =>
        {
            actor.Tell("before");
            actor.Tell(Kill.Instance);
        });
        ExpectMsg("before");
        ExpectTerminated(actor);
    }

    [Fact]
    public void Children_stop_before_their_parent()
    {
        var actor = ActorOf(Act.Props(
            (_, _) => { },
            context =>
            {
                for (var i = 0; i < 3; i++)
                {
                    context.ActorOf(Act.Props((_, _) => { },
                        c => c.ActorOf(Act.Props((_, _) => { }, postStop: _ => TestActor.Tell("grandchild"))),
                        _ => TestActor.Tell("child")));
                }
            },
            _ => TestActor.Tell("parent")));
        Watch(actor);
        Sys.Stop(actor);
        var stopped = ReceiveN(7).ToList();
        Assert.Equal("parent", stopped[^1]);
        Assert.Equal(3, stopped.Count(s => s is "child"));
        Assert.Equal(3, stopped.Count(s => s is "grandchild"));
        ExpectTerminated(actor);
    }

    [Fact]
    public void Each_grandchild_stops_before_its_own_parent()
    {
        var actor = ActorOf(Act.Props((_, _) => { },
            context => context.ActorOf(Act.Props((_, _) => { },
                c => c.ActorOf(Act.Props((_, _) => { }, postStop: _ => TestActor.Tell("grandchild"))),
                _ => TestActor.Tell("child"))),
            _ => TestActor.Tell("parent")));
        Sys.Stop(actor);
        Assert.Equal(["grandchild", "child", "parent"], ReceiveN(3));
    }

    [Fact]
    public void What_waits_in_the_mailbox_of_a_stopped_actor_goes_to_dead_letters_with_its_sender()
    {
        var gate = new ManualResetEventSlim();
        var started = new ManualResetEventSlim();
        var actor = ActorOf(Act.Props((_, _) =>
        {
            started.Set();
            gate.Wait();
        }));
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        actor.Tell("first");
        started.Wait();
        actor.Tell("second", TestActor);
        actor.Tell("third", TestActor);
        ((IInternalActorRef)actor).Stop();
        gate.Set();
        foreach (var expected in new[] { "second", "third" })
        {
            var letter = letters.ExpectMsg<DeadLetter>();
            Assert.Equal(expected, letter.Message);
            Assert.Equal(TestActor, letter.Sender);
            Assert.Equal(actor, letter.Recipient);
        }
    }

    [Fact]
    public async Task A_graceful_stop_completes_when_the_actor_is_stopped()
    {
        var actor = ActorOf(Act.Props((message, _) => TestActor.Tell(message), postStop: _ => TestActor.Tell("stopped")));
        actor.Tell("before");
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(10)));
        Assert.Equal(["before", "stopped"], ReceiveN(2));
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_graceful_stop_may_send_another_message()
    {
        var actor = ActorOf(Act.Props((message, context) =>
        {
            TestActor.Tell(message);
            context.Stop(context.Self);
        }));
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(10), "bye"));
        ExpectMsg("bye");
    }

    [Fact]
    public void A_child_is_stopped_by_its_parent()
    {
        var parent = ActorOf(Act.Props((message, context) =>
        {
            switch (message)
            {
                case "spawn":
                    context.Sender.Tell(context.ActorOf(Act.Echo(), "child"));
                    break;
                case "stop":
                    context.Stop(context.Child("child"));
                    break;
            }
        }));
        parent.Tell("spawn");
        var child = ExpectMsg<IActorRef>();
        Watch(child);
        parent.Tell("stop");
        ExpectTerminated(child);
        parent.Tell("spawn");
        Assert.NotEqual(child, ExpectMsg<IActorRef>());
    }
}
