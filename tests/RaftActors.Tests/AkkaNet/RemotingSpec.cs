using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.TestKit;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of remoting between two systems, with its own transport and with that of RaftActors.
/// ActorSystemResolver keeps references without an incarnation, a follower starts an election early when the connection
/// to its leader is lost, reference.conf shortens the time for which a node that came back is not spoken to, and bounds
/// of batches and chunks keep messages below the size of a frame.
/// </summary>
public abstract class RemotingSpec(string transport) : Akka.TestKit.Xunit2.TestKit(Using(transport), "raft")
{
    private const int FrameSize = 64_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Config Shared = ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          actor.provider = remote
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, maximum-frame-size = {{FrameSize}}b }
          remote.retry-gate-closed-for = 200 ms
        }
        """);

    private readonly Config _defaults = Using(transport);
    private readonly List<ActorSystem> _others = [];

    [Fact]
    public void Messages_from_one_actor_to_another_arrive_in_the_order_told()
    {
        var there = Start();
        there.ActorOf(Act.PassTo(TestActor), "peer");
        var peer = Known(there);

        for (int i = 0; i < 500; i++)
            peer.Tell(i, ActorRefs.NoSender);

        Assert.Equal(Enumerable.Range(0, 500), ReceiveN(500, Patience).Select(Convert.ToInt32));
    }

    [Fact]
    public async Task A_reference_to_a_path_reaches_the_next_incarnation_and_one_to_an_incarnation_does_not()
    {
        var former = Start();
        former.ActorOf(Act.Echo(), "peer");
        var byPath = Known(former);
        var byIncarnation = await Identified(byPath);
        await former.Terminate();
        var next = Start(PortOf(former));
        next.ActorOf(Act.Echo(), "peer");

        var present = await Identified(byPath);

        Assert.NotEqual(byIncarnation.Path.Uid, present.Path.Uid);
        Assert.Equal(present, await Identified(present));
        Assert.True((await AskOnce(byIncarnation)).IsNobody());
    }

    [Fact]
    public async Task A_system_that_speaks_first_after_its_restart_is_answered_while_the_gate_is_still_closed()
    {
        var gated = Start(settings: "akka.remote.retry-gate-closed-for = 1 h");
        gated.ActorOf(Act.Echo(), "peer");
        int port = Proxy.FreePort();
        var away = ((ExtendedActorSystem)gated).Provider.ResolveActorRef($"akka.tcp://raft@127.0.0.1:{port}/user/peer");
        var lost = Events<AssociationErrorEvent>(gated);
        away.Tell("nobody listens", ActorRefs.NoSender);
        lost.ExpectMsg<AssociationErrorEvent>(Patience);

        var late = Start(port);
        await Identified(Seen(late, gated));
        late.ActorOf(Act.Echo(), "peer");
        await Identified(away);
    }

    [Fact]
    public void A_system_that_has_come_back_is_told_nothing_while_the_gate_is_closed()
    {
        var gated = Start(settings: "akka.remote.retry-gate-closed-for = 1 h");
        int port = Proxy.FreePort();
        var away = ((ExtendedActorSystem)gated).Provider.ResolveActorRef($"akka.tcp://raft@127.0.0.1:{port}/user/peer");
        var failed = Events<AssociationErrorEvent>(gated);
        away.Tell("nobody listens", ActorRefs.NoSender);
        failed.ExpectMsg<AssociationErrorEvent>(Patience);
        Start(port).ActorOf(Act.PassTo(TestActor), "peer");
        var dead = Events<DeadLetter>(gated);

        away.Tell("lost", ActorRefs.NoSender);

        dead.FishForMessage(static letter => letter is DeadLetter { Message: "lost" }, Patience);
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task A_connection_that_has_gone_silent_is_kept_for_as_long_as_the_failure_detector_waits()
    {
        using var proxy = new Proxy();
        proxy.Target = Proxy.FreePort();
        var there = Start(proxy.Target, $"akka.remote.dot-netty.tcp.public-port = {proxy.Port}");
        there.ActorOf(Act.Echo(), "peer");
        var (quick, slow) = (StartWithDetector("1 s"), StartWithDetector("1 h"));
        await Identified(Seen(quick, there));
        await Identified(Seen(slow, there));
        var (noticed, unnoticed) = (Events<DisassociatedEvent>(quick), Events<DisassociatedEvent>(slow));

        proxy.GoSilent();

        noticed.ExpectMsg<DisassociatedEvent>(Patience);
        Assert.False(unnoticed.HasMessages);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_told_with_the_address_of_the_other_side_and_made_again()
    {
        using var proxy = new Proxy();
        proxy.Target = Proxy.FreePort();
        var there = Start(proxy.Target, $"akka.remote.dot-netty.tcp.public-port = {proxy.Port}");
        there.ActorOf(Act.Echo(), "peer");
        var peer = Seen(Sys, there);
        await Identified(peer);
        var lost = Events<DisassociatedEvent>(Sys);

        proxy.Cut();

        // It may be told twice: whoever listens must not mind.
        var told = lost.ExpectMsg<DisassociatedEvent>(Patience);
        Assert.Equal(("127.0.0.1", proxy.Port), (told.RemoteAddress.Host, told.RemoteAddress.Port));
        Assert.Equal(peer.Path, (await Identified(peer)).Path.WithUid(ActorCell.UndefinedUid));
    }

    [Fact]
    public void A_message_larger_than_a_frame_is_dropped_and_the_connection_stays()
    {
        var there = Start();
        there.ActorOf(Act.Echo(), "peer");
        var peer = Known(there);
        var lost = Events<DisassociatedEvent>(Sys);

        peer.Tell(new string('x', FrameSize), TestActor);
        peer.Tell("small", TestActor);

        ExpectMsg("small", Patience);
        Assert.False(lost.HasMessages);
    }

    [Fact]
    public async Task A_frame_larger_than_the_receiver_allows_cuts_the_connection()
    {
        var there = Start(settings: "akka.remote.dot-netty.tcp.maximum-frame-size = 33000b");
        there.ActorOf(Act.Echo(), "peer");
        var peer = Known(there);
        var lost = Events<DisassociatedEvent>(Sys);

        peer.Tell(new string('x', 50_000), TestActor);

        lost.ExpectMsg<DisassociatedEvent>(Patience);
        await Identified(peer);
    }

    [Fact]
    public async Task What_was_told_before_a_system_terminates_arrives()
    {
        var leaving = Start();
        Sys.ActorOf(Act.PassTo(TestActor), "peer");
        var peer = Seen(leaving, Sys);
        await Identified(peer);

        for (int i = 0; i < 500; i++)
            peer.Tell(i, ActorRefs.NoSender);
        await leaving.Terminate().WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, 500), ReceiveN(500, Patience).Select(Convert.ToInt32));
    }

    protected override void AfterAll()
    {
        Task.WaitAll([.. _others.Select(static system => system.Terminate())], Patience);
        base.AfterAll();
    }

    private static Config Using(string transport) => ConfigurationFactory
        .ParseString($"akka.remote.dot-netty.tcp.transport-class = \"{transport}\"").WithFallback(Shared);

    private ActorSystem Start(int port = 0, string settings = "")
    {
        var own = ConfigurationFactory.ParseString($"{settings}\nakka.remote.dot-netty.tcp.port = {port}");
        var system = ActorSystem.Create("raft", own.WithFallback(_defaults));
        _others.Add(system);
        return system;
    }

    private ActorSystem StartWithDetector(string pause) => Start(settings: "akka.remote.transport-failure-detector "
        + $"{{ heartbeat-interval = 200 ms, acceptable-heartbeat-pause = {pause} }}");

    private static int PortOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress.Port!.Value;

    private TestProbe Events<T>(ActorSystem system)
    {
        var probe = CreateTestProbe(system);
        system.EventStream.Subscribe(probe.Ref, typeof(T));
        return probe;
    }

    /// <summary>The actor <c>/user/peer</c> of one system as another knows it: by its path, whoever is there.</summary>
    private static IActorRef Seen(ActorSystem from, ActorSystem there)
    {
        var address = ((ExtendedActorSystem)there).Provider.DefaultAddress;
        return ((ExtendedActorSystem)from).Provider.ResolveActorRef($"{address}/user/peer");
    }

    /// <summary>The same, with a connection that is there.</summary>
    private IActorRef Known(ActorSystem there)
    {
        var peer = Seen(Sys, there);
        Identified(peer).GetAwaiter().GetResult();
        return peer;
    }

    // While a connection is being made, or a gate is closed, the question is lost or answered with nobody: it is asked
    // again.
    private async Task<IActorRef> Identified(IActorRef peer)
    {
        IActorRef found = ActorRefs.Nobody;
        await AwaitConditionAsync(
            async () => !(found = await AskOnce(peer)).IsNobody(), Patience, TimeSpan.FromMilliseconds(50));
        return found;
    }

    private static async Task<IActorRef> AskOnce(IActorRef peer)
    {
        try
        {
            return (await peer.Ask<ActorIdentity>(new Akka.Actor.Identify("who"), TimeSpan.FromSeconds(1))).Subject;
        }
        catch (AskTimeoutException)
        {
            return ActorRefs.Nobody;
        }
    }
}

/// <summary>Remoting over DotNetty, which is Akka.NET's default.</summary>
public sealed class DotNettyRemotingSpec() : RemotingSpec("Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote");

/// <summary>Remoting over the transport that a node uses.</summary>
public sealed class TcpRemotingSpec() : RemotingSpec("RaftActors.Remoting.TcpTransport, RaftActors");
