using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Akka.TestKit;
using RaftActors.Runtime.Tests.Actor;

namespace RaftActors.Runtime.Tests.Remote;

public sealed class RemotingSpec : RemoteSpec
{
    private readonly ActorSystem _there;

    public RemotingSpec() => _there = Start();

    [Fact]
    public void A_selection_finds_an_actor_of_another_system()
    {
        var echo = _there.ActorOf(Act.Echo(), "echo");
        Sys.ActorSelection(new RootActorPath(AddressOf(_there)) / "user" / "echo").Tell(new Identify(7), TestActor);
        var identity = ExpectMsg<ActorIdentity>();
        Assert.Equal(7, identity.MessageId);
        Assert.Equal(Seen(_there, echo), identity.Subject);
        Assert.Equal(echo.Path.Uid, identity.Subject!.Path.Uid);

        Sys.ActorSelection($"{AddressOf(_there)}/user/nobody").Tell(new Identify(8), TestActor);
        Assert.Null(ExpectMsg<ActorIdentity>().Subject);
    }

    [Fact]
    public async Task A_selection_with_a_wildcard_reaches_all_that_match()
    {
        foreach (var name in (string[])["a1", "a2", "b"])
            _there.ActorOf(Act.Props((message, context) => context.Sender.Tell($"{message} {context.Self.Path.Name}")), name);
        Sys.ActorSelection($"{AddressOf(_there)}/user/a*").Tell("hello", TestActor);
        Assert.Equal(["hello a1", "hello a2"], new[] { ExpectMsg<string>(), ExpectMsg<string>() }.Order());
        Assert.Equal("hello b", await Sys.ActorSelection($"{AddressOf(_there)}/user/a1/../b").Ask<string>("hello", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Answers_go_to_the_sender_and_tell_who_answers()
    {
        var echo = Seen(_there, _there.ActorOf(Act.Echo()));
        echo.Tell(new Number(42), TestActor);
        ExpectMsg(new Number(42));
        Assert.Equal(echo, LastSender);
        Assert.Equal(echo.Path.Uid, LastSender.Path.Uid);
    }

    [Fact]
    public async Task An_ask_across_systems_is_answered()
    {
        var echo = Seen(_there, _there.ActorOf(Act.Echo()));
        Assert.Equal("hello", await echo.Ask<string>("hello", TimeSpan.FromSeconds(5)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => echo.Ask<Number>(new Number(i), TimeSpan.FromSeconds(10))));
        Assert.Equal(Enumerable.Range(0, 500), answers.Select(answer => answer.Value));
    }

    [Fact]
    public async Task A_failure_is_told_with_class_and_message()
    {
        var failing = Seen(_there, _there.ActorOf(Act.Props((_, context) => context.Sender.Tell(new Status.Failure(new ArgumentException("no good", "it"), 17)))));
        var failure = await failing.Ask<Status.Failure>("hello", TimeSpan.FromSeconds(5));
        Assert.IsType<ArgumentException>(failure.Cause);
        Assert.Contains("no good", failure.Cause.Message);
        Assert.Equal(17, failure.State);

        // What a message names is not constructed unless it is well known.
        var unknown = Seen(_there, _there.ActorOf(Act.Props((_, context) => context.Sender.Tell(new Status.Failure(new TestException("odd"))))));
        var other = await unknown.Ask<Status.Failure>("hello", TimeSpan.FromSeconds(5));
        Assert.Contains(nameof(TestException), other.Cause.Message);
        Assert.Contains("odd", other.Cause.Message);
    }

    [Fact]
    public void References_in_messages_lead_back_to_their_actors()
    {
        var introducer = Seen(_there, _there.ActorOf(Act.Props((message, context) => ((IActorRef)message).Tell("introduced", context.Sender))));
        var probe = CreateTestProbe();
        introducer.Tell(probe.Ref, TestActor);
        probe.ExpectMsg("introduced");
        Assert.Same(TestActor, probe.LastSender);
    }

    [Fact]
    public void Three_systems_pass_a_message_around_with_its_first_sender()
    {
        var third = Start("third");
        var echo = third.ActorOf(Act.Echo());
        var relay = _there.ActorOf(Act.Props((message, context) => Seen(_there, third, echo).Forward(message)));
        Seen(_there, relay).Tell("around", TestActor);
        ExpectMsg("around");
        Assert.Equal(Seen(third, echo), LastSender);
    }

    [Fact]
    public void Messages_of_one_sender_arrive_in_order_from_the_first_on()
    {
        const int senders = 4, each = 5_000;
        var received = CreateTestProbe(_there);
        var seen = Seen(_there, received.Ref);
        var start = new ManualResetEventSlim();
        // Nobody has talked to the other system yet: the first messages wait for the connection.
        var threads = Enumerable.Range(0, senders).Select(sender => new Thread(() =>
        {
            start.Wait();
            for (var i = 0; i < each; i++)
                seen.Tell(new Number((sender * each) + i), ActorRefs.NoSender);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        start.Set();

        var next = Enumerable.Range(0, senders).Select(sender => sender * each).ToArray();
        for (var i = 0; i < senders * each; i++)
        {
            var value = received.ExpectMsg<Number>(TimeSpan.FromSeconds(20)).Value;
            Assert.Equal(next[value / each]++, value);
        }
        threads.ForEach(thread => thread.Join());
    }

    [Fact]
    public void Large_messages_and_small_ones_keep_their_order()
    {
        var received = CreateTestProbe(_there);
        var seen = Seen(_there, received.Ref);
        for (var i = 0; i < 600; i++)
            seen.Tell(new Number(i, i % 3 == 0 ? 100_000 : i), ActorRefs.NoSender);
        for (var i = 0; i < 600; i++)
            Assert.Equal(i, received.ExpectMsg<Number>(TimeSpan.FromSeconds(20)).Value);
    }

    [Fact]
    public void Connections_are_events()
    {
        var here = Events<RemotingLifecycleEvent>();
        var there = Events<RemotingLifecycleEvent>(_there);
        Meet(_there, _there.ActorOf(Act.Echo()));

        var made = here.ExpectMsg<AssociatedEvent>();
        Assert.Equal((AddressOf(Sys), AddressOf(_there), false), (made.LocalAddress, made.RemoteAddress, made.IsInbound));
        var accepted = there.ExpectMsg<AssociatedEvent>();
        Assert.Equal((AddressOf(_there), AddressOf(Sys), true), (accepted.LocalAddress, accepted.RemoteAddress, accepted.IsInbound));
        here.ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        _there.Terminate();
        var lost = here.ExpectMsg<DisassociatedEvent>();
        Assert.Equal((AddressOf(Sys), AddressOf(_there), false), (lost.LocalAddress, lost.RemoteAddress, lost.IsInbound));
        there.ExpectMsg<DisassociatedEvent>();
        there.ExpectMsg<RemotingShutdownEvent>();
    }

    [Fact]
    public void An_attempt_that_never_connected_is_an_event_too()
    {
        var events = Events<RemotingLifecycleEvent>();
        var address = AddressOf(_there).WithPort(FreePort.Next());
        Sys.ActorSelection(new RootActorPath(address) / "user" / "nobody").Tell("hello", TestActor);
        var error = events.ExpectMsg<AssociationErrorEvent>();
        Assert.Equal((address, false), (error.RemoteAddress, error.IsInbound));
        Assert.Equal(address, events.ExpectMsg<DisassociatedEvent>().RemoteAddress);
    }

    [Fact]
    public void What_waits_for_a_connection_that_cannot_be_made_becomes_dead_letters()
    {
        var deadLetters = Events<DeadLetter>();
        var nobody = ((ExtendedActorSystem)Sys).Provider.ResolveActorRef(new RootActorPath(AddressOf(_there).WithPort(FreePort.Next())) / "user" / "nobody");
        nobody.Tell(new Number(1), TestActor);
        nobody.Tell(new Number(2), TestActor);
        foreach (var expected in (int[])[1, 2])
        {
            var letter = deadLetters.ExpectMsg<DeadLetter>();
            Assert.Equal((new Number(expected), TestActor, nobody), ((Number)letter.Message, letter.Sender, letter.Recipient));
        }
        // While the gate is closed there is no waiting.
        nobody.Tell(new Number(3), TestActor);
        deadLetters.ExpectMsg<DeadLetter>();
        Assert.Equal(3, Of(Sys).Counters.Unreachable.Value);
    }

    [Fact]
    public void Each_system_made_a_connection_at_the_same_time_and_both_work()
    {
        for (var round = 0; round < 10; round++)
        {
            var other = Start($"other{round}");
            var there = CreateTestProbe(other);
            var start = new Barrier(2);
            Parallel.Invoke(
                () => Tell(Seen(Sys, other, there.Ref)),
                () => Tell(Seen(other, Sys, TestActor)));

            for (var i = 0; i < 100; i++)
            {
                there.ExpectMsg(new Number(i), TimeSpan.FromSeconds(10));
                ExpectMsg(new Number(i), TimeSpan.FromSeconds(10));
            }

            void Tell(IActorRef receiver)
            {
                start.SignalAndWait();
                for (var i = 0; i < 100; i++)
                    receiver.Tell(new Number(i), ActorRefs.NoSender);
            }
        }
    }

    [Fact]
    public void A_message_that_no_serializer_takes_is_a_dead_letter()
    {
        var deadLetters = Events<DeadLetter>();
        var echo = Meet(_there, _there.ActorOf(Act.Echo()));
        var unknown = new { Value = 1 };
        echo.Tell(unknown, TestActor);
        Assert.Same(unknown, deadLetters.ExpectMsg<DeadLetter>().Message);
        Assert.Equal(1, Of(Sys).Counters.NotSerialized.Value);
        echo.Tell("still there", TestActor);
        ExpectMsg("still there");
    }
}
