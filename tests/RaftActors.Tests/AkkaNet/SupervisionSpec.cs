using Akka.Actor;
using Akka.Event;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of supervision, death watch and dead letters. RaftSupervisor relies on all of it: it stops a
/// peer that fails, starts the next one under the same name when it is told that the former has terminated, and answers
/// what was in the former's mailbox from the dead letters.
/// </summary>
public sealed class SupervisionSpec : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_child_that_fails_is_stopped_with_the_exception_known_and_not_restarted()
    {
        var parent = Sys.ActorOf(Parent(problem =>
        {
            TestActor.Tell(problem.Message);
            return Directive.Stop;
        }));
        var child = ChildOf(parent);

        child.Tell(new InvariantViolationException("A vote was counted twice."));

        Assert.Equal(["A vote was counted twice.", "child stopped", "terminated"], ReceiveN(3, Patience));
    }

    [Fact]
    public void A_name_is_free_when_the_parent_is_told_that_the_child_has_terminated()
    {
        var parent = Sys.ActorOf(Parent(static _ => Directive.Stop));
        for (int i = 0; i < 20; i++)
        {
            var child = ChildOf(parent);
            child.Tell(new IOException("The disk is broken."));
            Assert.Equal(["child stopped", "terminated"], ReceiveN(2, Patience));
        }
    }

    [Fact]
    public void Children_have_stopped_before_their_parent_is_said_to_have_terminated()
    {
        var parent = Sys.ActorOf(Act.Props(
            static (_, _) => { },
            context => context.ActorOf(Act.Props(
                static (_, _) => { },
                child => child.ActorOf(Act.Props(static (_, _) => { }, postStop: () => TestActor.Tell("grandchild"))),
                () => TestActor.Tell("child"))),
            () => TestActor.Tell("parent")));
        Watch(parent);

        Sys.Stop(parent);

        // The parent's own PostStop runs behind those of its children, and only then is its end told.
        Assert.Equal(["grandchild", "child", "parent"], ReceiveN(3, Patience));
        ExpectTerminated(parent, Patience);
    }

    [Fact]
    public void What_is_in_the_mailbox_of_an_actor_that_stops_becomes_dead_letters_in_order_with_sender_and_recipient()
    {
        using var busy = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var actor = Sys.ActorOf(Act.Props((_, context) =>
        {
            busy.Set();
            gate.Wait();
            context.Stop(context.Self);
        }));
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        actor.Tell("stop", ActorRefs.NoSender);
        busy.Wait();
        actor.Tell("second", TestActor);
        actor.Tell("third", TestActor);

        gate.Set();

        foreach (string expected in new[] { "second", "third" })
        {
            var letter = letters.ExpectMsg<DeadLetter>(Patience);
            Assert.Equal((expected, TestActor, actor), (letter.Message, letter.Sender, letter.Recipient));
        }
    }

    [Fact]
    public void What_is_told_to_a_stopped_actor_is_a_dead_letter_and_never_reaches_the_next_one_of_its_name()
    {
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        var former = Stopped("peer");
        var next = Sys.ActorOf(Act.PassTo(TestActor), "peer");

        former.Tell("too late", TestActor);

        var letter = letters.ExpectMsg<DeadLetter>(Patience);
        Assert.Equal(("too late", TestActor, former), (letter.Message, letter.Sender, letter.Recipient));
        Assert.NotEqual(former, next);
        next.Tell("to the next");
        ExpectMsg("to the next", Patience);
    }

    [Fact]
    public void A_path_leads_to_the_next_actor_of_the_name()
    {
        var former = Stopped("peer");
        var byPath = Sys.ActorSelection(former.Path);
        Sys.ActorOf(Act.PassTo(TestActor), "peer");

        byPath.Tell("by path");

        ExpectMsg("by path", Patience);
    }

    [Fact]
    public void Whoever_watches_an_actor_that_has_stopped_is_told_so_too()
    {
        var former = Stopped("peer");

        Watch(former);

        ExpectTerminated(former, Patience);
    }

    [Fact]
    public void A_subscriber_gets_events_of_its_type_and_of_derived_ones_in_order_until_it_unsubscribes()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Happening));
        Sys.EventStream.Publish(new Happening(1));
        Sys.EventStream.Publish("another type");
        Sys.EventStream.Publish(new Incident(2));
        Sys.EventStream.Unsubscribe(TestActor);
        Sys.EventStream.Publish(new Happening(3));
        TestActor.Tell("end");

        Assert.Equal([new Happening(1), new Incident(2), "end"], ReceiveN(3, Patience));
    }

    private IActorRef Stopped(string name)
    {
        var actor = Sys.ActorOf(Act.Echo(), name);
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor, Patience);
        return actor;
    }

    private IActorRef ChildOf(IActorRef parent)
    {
        parent.Tell("start a child", TestActor);
        return ExpectMsg<IActorRef>(Patience);
    }

    // Starts a child of one name when asked, watches it, and tells when it has terminated. The child throws what it is
    // told.
    private Props Parent(Func<Exception, Directive> decide) => Act.Props(
        (message, context) =>
        {
            if (message is Terminated)
            {
                TestActor.Tell("terminated");
                return;
            }
            var failing = Act.Props(
                static (problem, _) => throw (Exception)problem, postStop: () => TestActor.Tell("child stopped"));
            var child = context.ActorOf(failing, "peer");
            context.Watch(child);
            context.Sender.Tell(child);
        },
        decide: decide);

    private record Happening(int Number);

    private sealed record Incident(int Number) : Happening(Number);
}
