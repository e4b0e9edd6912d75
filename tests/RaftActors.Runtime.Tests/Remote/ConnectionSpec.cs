using System.Net;
using System.Net.Sockets;
using System.Text;
using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Akka.Remote.Wire;
using Akka.TestKit;
using RaftActors.Runtime.Tests.Actor;

namespace RaftActors.Runtime.Tests.Remote;

/// <summary>One system, and on the other side of its connections whatever a spec sends.</summary>
public sealed class ConnectionSpec : RemoteSpec
{
    private const int Uid = 17;

    public ConnectionSpec() : base("""
        akka.remote {
          transport-failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 800ms }
          dot-netty.tcp.maximum-frame-size = 64000b
        }
        raftactors.runtime.remote.outbound-buffer-size = 1 MiB
        """)
    {
    }

    [Fact]
    public void An_introduction_is_answered_and_heartbeats_follow()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        Assert.Equal(new RawPeer.Meeting("here", AddressOf(Sys).Port!.Value, Of(Sys).Uid), peer.Meet(Uid));
        Assert.Equal(FrameKind.Heartbeat, Frame.Parse(peer.ReadFrame()).Kind);
        Assert.Equal(FrameKind.Heartbeat, Frame.Parse(peer.ReadFrame()).Kind);
    }

    [Fact]
    public async Task Whoever_terminates_says_so()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        var terminated = Sys.Terminate();
        peer.ReadUntil(FrameKind.DisassociateShuttingDown);
        peer.ReadToEnd();
        peer.Dispose();
        await terminated.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_silent_peer_is_given_up()
    {
        var events = Events<AssociationEvent>();
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        Assert.IsType<AssociatedEvent>(events.ExpectMsg<AssociationEvent>());
        peer.ReadToEnd();
        Assert.True(events.ExpectMsg<DisassociatedEvent>(TimeSpan.FromSeconds(10)).IsInbound);
    }

    [Fact]
    public void A_peer_that_says_goodbye_is_gone_at_once()
    {
        var events = Events<AssociationEvent>();
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        events.ExpectMsg<AssociatedEvent>();
        peer.Send(Frame.Disassociate(FrameKind.Disassociate));
        events.ExpectMsg<DisassociatedEvent>();
        peer.ReadToEnd();
    }

    [Fact]
    public void A_system_that_is_told_it_is_quarantined_says_so()
    {
        var events = Events<RemotingLifecycleEvent>();
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        events.ExpectMsg<AssociatedEvent>();
        peer.Send(Frame.Disassociate(FrameKind.DisassociateQuarantined));
        events.ExpectMsg<AssociationErrorEvent>();
        Assert.Equal(1, events.ExpectMsg<ThisActorSystemQuarantinedEvent>().RemoteAddress.Port);
        events.ExpectMsg<DisassociatedEvent>();
    }

    [Theory]
    [InlineData("474554202f20485454502f312e310d0a0d0a")] // GET / HTTP/1.1
    [InlineData("0400000012020809")] // an instruction that there is not
    [InlineData("0400000012020801")] // an introduction without an origin
    [InlineData("050000000a031201ff")] // an envelope that ends in the middle
    [InlineData("0300000000ffff")]
    public void What_is_not_the_protocol_ends_the_connection(string garbage)
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Send(Convert.FromHexString(garbage));
        peer.ReadToEnd();
        AwaitAssert(() => Assert.Equal(1, Of(Sys).Counters.Malformed.Value + Of(Sys).Counters.OversizedInbound.Value));
        StillAnswers();
    }

    [Fact]
    public void Nothing_is_taken_from_whoever_has_not_introduced_itself()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Send(Message(TestActor.Path, 4711, "D", [1, 0, 0, 0]));
        peer.ReadToEnd();
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        StillAnswers();
    }

    [Fact]
    public void A_frame_that_is_too_large_ends_the_connection_before_it_is_there()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        peer.Send(Message(TestActor.Path, 4711, "D", [1, 0, 0, 0]));
        ExpectMsg(new Number(1));
        peer.Send(BitConverter.GetBytes(64_000));
        peer.ReadToEnd();
        AwaitAssert(() => Assert.Equal(1, Of(Sys).Counters.OversizedInbound.Value));
        StillAnswers();
    }

    [Fact]
    public void A_message_that_is_too_large_is_a_dead_letter_and_the_connection_remains()
    {
        var there = Start();
        var echo = Meet(there, there.ActorOf(Act.Echo()));
        var deadLetters = Events<DeadLetter>();
        echo.Tell(new Number(1, 64_000), TestActor);
        Assert.Equal(echo, deadLetters.ExpectMsg<DeadLetter>().Recipient);
        Assert.Equal(1, Of(Sys).Counters.OversizedOutbound.Value);
        echo.Tell(new Number(2, 63_000), TestActor);
        ExpectMsg(new Number(2, 63_000));
    }

    [Fact]
    public void Random_bytes_behind_an_introduction_do_no_harm()
    {
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            using var peer = RawPeer.ConnectTo(Of(Sys).Port);
            peer.Meet(random.Next(), port: 1000 + i);
            var bytes = Message(TestActor.Path, random.Next(100), "D", [1, 2, 3]);
            for (var flips = 0; flips < 5; flips++)
                bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            peer.Send(bytes);
            peer.Send(Frame.Disassociate(FrameKind.Disassociate));
            peer.ReadToEnd();
        }
        StillAnswers();
    }

    [Theory]
    [InlineData(12345, "D")]
    [InlineData(4711, "X")]
    [InlineData(22, "Akka.Dispatch.SysMsg.Create, Akka")]
    [InlineData(4, "System.Diagnostics.Process, System.Diagnostics.Process")]
    public void What_no_registered_serializer_reads_is_dropped_and_the_connection_remains(int serializer, string manifest)
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        peer.Send(Message(TestActor.Path, serializer, manifest, [1, 0, 0, 0]));
        peer.Send(Message(TestActor.Path, 4711, "D", [2, 0, 0, 0]));
        ExpectMsg(new Number(2));
        Assert.Equal(1, Of(Sys).Counters.NotDeserialized.Value);
    }

    [Fact]
    public void A_message_for_somewhere_else_is_dropped()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        peer.Send(Message("akka.tcp://elsewhere@127.0.0.1:5/user/x", 4711, "D", [1, 0, 0, 0]));
        peer.Send(Message("nonsense", 4711, "D", [1, 0, 0, 0]));
        peer.Send(Message(TestActor.Path, 4711, "D", [2, 0, 0, 0]));
        ExpectMsg(new Number(2));
        Assert.Equal(2, Of(Sys).Counters.Misdirected.Value);
    }

    [Fact]
    public void Frames_may_arrive_in_any_pieces()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        var bytes = Frame.Associate("tcp", "raw", "127.0.0.1", 1, Uid).Concat(Message(TestActor.Path, 4711, "D", [1, 0, 0, 0])).Concat(Frame.Heartbeat).ToArray();
        foreach (var one in bytes)
            peer.Send([one]);
        ExpectMsg(new Number(1));
    }

    [Fact]
    public void A_path_without_uid_leads_to_whoever_lives_there_now()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        var path = $"{AddressOf(Sys)}/user/changing";
        for (var incarnation = 0; incarnation < 3; incarnation++)
        {
            var name = $"incarnation {incarnation}";
            IActorRef actor = ActorRefs.Nobody;
            // Its parent may hear of the end of the one before later than this spec.
            AwaitAssert(() => actor = Sys.ActorOf(Act.Props((message, context) => TestActor.Tell(name, context.Self)), "changing"));
            peer.Send(Message(path, 4711, "D", [1, 0, 0, 0]));
            ExpectMsg(name);
            Watch(actor);
            Sys.Stop(actor);
            ExpectTerminated(actor);
        }
    }

    [Fact]
    public void A_peer_that_does_not_read_delays_nobody_and_what_does_not_fit_is_dead_letters()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var there = Start();
        var echo = Meet(there, there.ActorOf(Act.Echo()));
        var slow = Resolve(((IPEndPoint)listener.LocalEndpoint).Port);
        slow.Tell(new Number(0), ActorRefs.NoSender);
        using var peer = RawPeer.Accept(listener);
        peer.ReadMeeting();
        peer.Send(Frame.Associate("tcp", "raw", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, Uid));

        AwaitAssert(() =>
        {
            for (var i = 0; i < 50; i++)
                slow.Tell(new Number(i, 50_000), ActorRefs.NoSender);
            Assert.True(Of(Sys).Counters.OutboundOverflow.Value > 0);
        }, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1));
        echo.Tell("quick", TestActor);
        ExpectMsg("quick");
    }

    [Fact]
    public void A_peer_that_does_not_read_what_is_acknowledged_is_given_up()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DisassociatedEvent));
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid);
        // The highest number that may come first: the acknowledgement names all below as missing, which is 160 kB for a few bytes.
        var system = new EnvelopeEncoder("akka.tcp://here@127.0.0.1:1/user/x"u8, default, default, 12345, "", 19_999).ToArray();
        byte[] round = [.. system, .. Message(TestActor.Path, 4711, "D", [1, 0, 0, 0])];
        var rounds = 0;
        object? answer;
        do
        {
            Assert.True(++rounds < 1000, "nobody minds");
            try
            {
                peer.Send(round);
            }
            catch (SocketException)
            {
                // Given up already.
            }
            answer = ReceiveOne(TimeSpan.FromSeconds(10));
        }
        while (answer is Number);
        Assert.IsType<DisassociatedEvent>(answer);
        StillAnswers();
    }

    [Fact]
    public void An_address_that_never_answers_delays_nobody()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var silent = Resolve(((IPEndPoint)listener.LocalEndpoint).Port);
        for (var i = 0; i < 1000; i++)
            silent.Tell(new Number(i, 1_000), ActorRefs.NoSender);
        var there = Start();
        var echo = Meet(there, there.ActorOf(Act.Echo()));
        echo.Tell("quick", TestActor);
        ExpectMsg("quick");
        // What waits is bounded, too.
        for (var i = 0; i < 1000; i++)
            silent.Tell(new Number(i, 1_000), ActorRefs.NoSender);
        Assert.True(Of(Sys).Counters.OutboundOverflow.Value > 0);
    }

    private IActorRef Resolve(int port) => ((ExtendedActorSystem)Sys).Provider.ResolveActorRef($"akka.tcp://raw@127.0.0.1:{port}/user/x");

    private void StillAnswers()
    {
        using var peer = RawPeer.ConnectTo(Of(Sys).Port);
        peer.Meet(Uid + 1, port: 2);
        peer.Send(Message(TestActor.Path, 4711, "D", [99, 0, 0, 0]));
        FishForMessage(message => message is Number { Value: 99 }, TimeSpan.FromSeconds(5));
    }

    private byte[] Message(ActorPath recipient, int serializer, string manifest, byte[] message) =>
        Message(recipient.ToSerializationFormatWithAddress(AddressOf(Sys)), serializer, manifest, message);

    private static byte[] Message(string recipient, int serializer, string manifest, byte[] message) =>
        new EnvelopeEncoder(Encoding.UTF8.GetBytes(recipient), default, message, serializer, manifest).ToArray();
}
