using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Akka.TestKit;
using RaftActors.Runtime.Tests.Actor;

namespace RaftActors.Runtime.Tests.Remote;

public sealed class RemoteDeathWatchSpec : RemoteSpec
{
    private const string Quick = """
        akka.remote {
          resend-interval = 100ms
          watch-failure-detector {
            heartbeat-interval = 50ms
            acceptable-heartbeat-pause = 500ms
            unreachable-nodes-reaper-interval = 50ms
            expected-response-after = 200ms
          }
        }
        """;

    private readonly Proxy _proxy = new();
    private readonly ActorSystem _there;

    public RemoteDeathWatchSpec() : base(Quick)
    {
        _there = Start(config: $"akka.remote.dot-netty.tcp.public-port = {_proxy.Port}\n{Quick}");
        _proxy.Target = Of(_there).Port;
    }

    [Fact]
    public void The_end_of_an_actor_of_another_system_is_reported()
    {
        var actor = _there.ActorOf(Act.Echo());
        var seen = Meet(_there, actor);
        var others = Enumerable.Range(0, 3).Select(_ => CreateTestProbe()).ToList();
        Watch(seen);
        others.ForEach(probe => probe.Watch(seen));
        seen.Tell(PoisonPill.Instance);
        foreach (var terminated in others.Select(probe => probe.ExpectTerminated(seen)).Append(ExpectTerminated(seen)))
            Assert.False(terminated.AddressTerminated);
    }

    [Fact]
    public void What_an_actor_says_before_its_end_arrives_before_the_report_of_it()
    {
        for (var i = 0; i < 50; i++)
        {
            var actor = _there.ActorOf(Act.Props((message, context) =>
            {
                context.Sender.Tell(message);
                context.Stop(context.Self);
            }));
            var seen = Seen(_there, actor);
            Watch(seen);
            seen.Tell("last words", TestActor);
            ExpectMsg("last words");
            ExpectTerminated(seen);
        }
    }

    [Fact]
    public void An_actor_that_is_not_there_is_reported_at_once()
    {
        Meet(_there, _there.ActorOf(Act.Echo()));
        var nobody = ((ExtendedActorSystem)Sys).Provider.ResolveActorRef(new RootActorPath(AddressOf(_there)) / "user" / "nobody");
        Watch(nobody);
        Assert.False(ExpectTerminated(nobody).ExistenceConfirmed);
    }

    [Fact]
    public void A_system_that_cannot_be_reached_at_first_contact_is_reported_at_once()
    {
        var nobody = ((ExtendedActorSystem)Sys).Provider.ResolveActorRef($"akka.tcp://there@127.0.0.1:{FreePort.Next()}/user/nobody");
        Watch(nobody);
        Assert.False(ExpectTerminated(nobody).ExistenceConfirmed);
    }

    [Fact]
    public void After_an_unwatch_there_is_no_report()
    {
        var actor = _there.ActorOf(Act.Echo());
        var other = _there.ActorOf(Act.Echo());
        var seen = Meet(_there, actor);
        var otherSeen = Seen(_there, other);
        Watch(seen);
        Watch(otherSeen);
        Unwatch(seen);
        _there.Stop(actor);
        _there.Stop(other);
        ExpectTerminated(otherSeen);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void System_messages_that_were_lost_with_a_connection_are_sent_again()
    {
        var seen = Meet(_there, _there.ActorOf(Act.Echo()));
        // The watch goes out and gets lost; then the connection breaks.
        _proxy.Swallows = true;
        WatchFirst(seen);
        var lost = Events<DisassociatedEvent>();
        _proxy.Cut();
        lost.ExpectMsg<DisassociatedEvent>();
        _proxy.Swallows = false;
        Meet(_there, _there.ActorOf(Act.Echo()));
        Sys.ActorSelection(seen.Path.ToString()).Tell(PoisonPill.Instance);
        Assert.True(ExpectTerminated(seen, TimeSpan.FromSeconds(10)).ExistenceConfirmed);
    }

    [Fact]
    public void System_messages_that_get_lost_again_and_again_are_delivered_once()
    {
        var watchees = Enumerable.Range(0, 100).Select(_ => _there.ActorOf(Act.Echo())).ToList();
        Meet(_there, watchees[0]);
        var seen = watchees.Select(actor => Seen(_there, actor)).ToList();
        for (var i = 0; i < seen.Count; i++)
        {
            Watch(seen[i]);
            if (i % 20 == 19)
                _proxy.Cut();
        }
        for (var i = 0; i < watchees.Count; i++)
        {
            _there.Stop(watchees[i]);
            if (i % 20 == 19)
                _proxy.Cut();
        }
        var reported = Enumerable.Range(0, watchees.Count).Select(_ => ExpectMsg<Terminated>(TimeSpan.FromSeconds(20)).ActorRef).ToHashSet();
        Assert.True(reported.SetEquals(seen));
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_system_that_falls_silent_is_quarantined_and_then_its_actors_count_as_terminated()
    {
        var seen = Meet(_there, _there.ActorOf(Act.Echo()));
        var uid = Of(_there).Uid;
        Sys.EventStream.Subscribe(TestActor, typeof(QuarantinedEvent));
        WatchFirst(seen);
        _proxy.Swallows = true;

        var quarantined = ExpectMsg<QuarantinedEvent>(TimeSpan.FromSeconds(20));
        Assert.Equal((AddressOf(_there), uid), (quarantined.Address, quarantined.Uid));
        Assert.True(ExpectTerminated(seen).AddressTerminated);

        // It is alive after all, but nothing is to do with this incarnation any more.
        _proxy.Swallows = false;
        var probe = CreateTestProbe(_there);
        var refused = Events<ThisActorSystemQuarantinedEvent>(_there);
        var mine = CreateTestProbe();
        AwaitAssert(() =>
        {
            Seen(_there, Sys, mine.Ref).Tell("let me in", probe.Ref);
            refused.ExpectMsg<ThisActorSystemQuarantinedEvent>(TimeSpan.FromMilliseconds(200));
        }, TimeSpan.FromSeconds(10));
        mine.ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        var deadLetters = Events<DeadLetter>();
        seen.Tell("for nobody", ActorRefs.NoSender);
        deadLetters.FishForMessage(letter => letter is DeadLetter { Message: "for nobody" });
    }

    [Fact]
    public void A_watch_that_begins_while_the_system_is_given_up_is_answered()
    {
        var first = Meet(_there, _there.ActorOf(Act.Echo()));
        var second = Seen(_there, _there.ActorOf(Act.Echo()));
        var other = CreateTestProbe();
        other.Watch(first);
        var busy = new ManualResetEventSlim();
        var goOn = new ManualResetEventSlim();
        var holds = Sys.ActorOf(Act.Props((_, _) =>
        {
            busy.Set();
            goOn.Wait();
        }).WithDispatcher(CallingThreadDispatcher.Id));
        // Runs in the midst of giving up, and has the remote watcher stand still for the rest of it.
        var quarantined = Sys.ActorOf(Act.Props((_, context) =>
        {
            context.ActorSelection("/system/remote-watcher").Tell(RemoteWatcher.Heartbeat.Instance, holds);
            busy.Wait();
        }).WithDispatcher(CallingThreadDispatcher.Id));
        Sys.EventStream.Subscribe(quarantined, typeof(QuarantinedEvent));
        _proxy.Swallows = true;
        other.ExpectTerminated(first, TimeSpan.FromSeconds(20));
        Sys.ActorSelection("/system/endpointManager").Tell(new Identify("given up"), TestActor);
        ExpectMsg<ActorIdentity>();

        Watch(second);
        _proxy.Swallows = false;
        goOn.Set();
        ExpectTerminated(second, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_quarantined_system_is_met_again_when_it_is_started_anew()
    {
        var seen = Meet(_there, _there.ActorOf(Act.Echo()));
        var events = Events<QuarantinedEvent>();
        ((RemoteActorRefProvider)((ExtendedActorSystem)Sys).Provider).Quarantine(AddressOf(_there), Of(_there).Uid);
        events.ExpectMsg<QuarantinedEvent>();
        // Once is enough.
        ((RemoteActorRefProvider)((ExtendedActorSystem)Sys).Provider).Quarantine(AddressOf(_there), Of(_there).Uid);
        events.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        await _there.Terminate();

        var again = Start(config: $"akka.remote.dot-netty.tcp.public-port = {_proxy.Port}\n{Quick}");
        _proxy.Target = Of(again).Port;
        var echo = Meet(again, again.ActorOf(Act.Echo()));
        echo.Tell("hello", TestActor);
        ExpectMsg("hello");
        Watch(echo);
        echo.Tell(PoisonPill.Instance);
        ExpectTerminated(echo);
    }

    [Fact]
    public void A_quarantine_that_somebody_asks_for_is_an_event()
    {
        Meet(_there, _there.ActorOf(Act.Echo()));
        var quarantined = Events<QuarantinedEvent>();
        ((RemoteActorRefProvider)((ExtendedActorSystem)Sys).Provider).Quarantine(AddressOf(_there), Of(_there).Uid);
        quarantined.ExpectMsg<QuarantinedEvent>();
    }

    [Fact]
    public async Task The_watch_of_an_actor_that_was_gone_with_its_system_is_reported_when_the_system_is_back()
    {
        var actor = _there.ActorOf(Act.Echo(), "echo");
        var seen = Meet(_there, actor);
        WatchFirst(seen);
        // It ends without a word, as by a kill.
        var lost = Events<DisassociatedEvent>();
        _proxy.Swallows = true;
        var terminated = _there.Terminate();
        _proxy.Cut();
        lost.ExpectMsg<DisassociatedEvent>();
        await terminated;
        var again = Start(config: $"akka.remote.dot-netty.tcp.public-port = {_proxy.Port}\n{Quick}");
        again.ActorOf(Act.Echo(), "echo");
        _proxy.Target = Of(again).Port;
        _proxy.Swallows = false;
        ExpectTerminated(seen, TimeSpan.FromSeconds(20));
    }

    protected override void AfterAll()
    {
        _proxy.Dispose();
        base.AfterAll();
    }

    /// <summary>Returns when the watch is on its way, whatever happens next.</summary>
    private void WatchFirst(IActorRef actor)
    {
        Watch(actor);
        var answers = CreateTestProbe();
        Sys.ActorSelection("/system/remote-watcher").Tell(RemoteWatcher.Heartbeat.Instance, answers.Ref);
        answers.ExpectMsg<RemoteWatcher.HeartbeatRsp>();
    }
}
