using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.TestKit;
using RaftActors.Runtime.Tests.Actor;

namespace RaftActors.Runtime.Tests.Remote;

public sealed class ReconnectionSpec : RemoteSpec
{
    [Fact]
    public async Task A_peer_that_is_started_anew_on_the_same_port_is_met_again()
    {
        var first = Start();
        var port = AddressOf(first).Port!.Value;
        var old = first.ActorOf(Act.Echo(), "echo");
        Meet(first, old);
        var uid = Of(first).Uid;
        await first.Terminate();

        for (var incarnation = 0; incarnation < 3; incarnation++)
        {
            var again = Start(port: port);
            Assert.NotEqual(uid, Of(again).Uid);
            uid = Of(again).Uid;
            var echo = Meet(again, again.ActorOf(Act.Echo(), "echo"));
            echo.Tell("again", TestActor);
            ExpectMsg("again");
            // Without uid a reference is to whoever has the name.
            Sys.ActorSelection(echo.Path.WithUid(0).ToString()).Tell("by name", TestActor);
            ExpectMsg("by name");
            await again.Terminate();
        }
    }

    [Fact]
    public async Task A_peer_that_is_started_anew_and_speaks_first_is_answered()
    {
        var first = Start();
        var port = AddressOf(first).Port!.Value;
        Meet(first, first.ActorOf(Act.Echo()));
        await first.Terminate();

        var again = Start(port: port);
        var probe = CreateTestProbe(again);
        var echo = Sys.ActorOf(Act.Echo());
        Seen(again, Sys, echo).Tell("first", probe.Ref);
        probe.ExpectMsg("first");
    }

    [Fact]
    public async Task The_old_incarnation_is_replaced_even_if_its_end_went_unnoticed()
    {
        // Both incarnations are behind the same address; the connection with the first never ends.
        using var proxy = new Proxy();
        var first = Start(config: $"akka.remote.dot-netty.tcp.public-port = {proxy.Port}");
        proxy.Target = Of(first).Port;
        Meet(first, first.ActorOf(Act.Echo()));
        proxy.Swallows = true;
        var events = Events<AssociationEvent>();

        var second = Start(config: $"akka.remote.dot-netty.tcp.public-port = {proxy.Port}");
        var probe = CreateTestProbe(second);
        var echo = Sys.ActorOf(Act.Echo());
        Seen(second, Sys, echo).Tell("hello", probe.Ref);
        probe.ExpectMsg("hello");
        Assert.False(events.ExpectMsg<DisassociatedEvent>().IsInbound);
        Assert.True(events.ExpectMsg<AssociatedEvent>().IsInbound);
        await first.Terminate();
        Seen(second, Sys, echo).Tell("still here", probe.Ref);
        probe.ExpectMsg("still here");
    }

    [Fact]
    public void A_connection_that_was_cut_is_made_again()
    {
        using var proxy = new Proxy();
        var there = Start(config: $"akka.remote.dot-netty.tcp.public-port = {proxy.Port}");
        proxy.Target = Of(there).Port;
        var events = Events<DisassociatedEvent>();
        var actor = there.ActorOf(Act.Echo());
        for (var i = 0; i < 3; i++)
        {
            var echo = Meet(there, actor);
            echo.Tell("hello", TestActor);
            ExpectMsg("hello");
            proxy.Cut();
            events.ExpectMsg<DisassociatedEvent>();
        }
    }

    [Fact]
    public void A_new_connection_of_a_peer_takes_the_place_of_one_that_it_gave_up()
    {
        // The peer's connection is silently dead for this side. Were it still written to, answers would be lost.
        using var proxy = new Proxy();
        proxy.Target = Of(Sys).Port;
        var there = Start();
        var here = new RootActorPath(AddressOf(Sys)) / "user" / "echo";
        Sys.ActorOf(Act.Echo(), "echo");
        var port = AddressOf(there).Port!.Value;
        using var first = RawPeer.ConnectTo(proxy.Port);
        first.Meet(17, "raw", port);
        proxy.Swallows = true;

        using var second = RawPeer.ConnectTo(Of(Sys).Port);
        second.Meet(17, "raw", port);
        second.Send(new Akka.Remote.Wire.EnvelopeEncoder(
            System.Text.Encoding.UTF8.GetBytes(here.ToString()),
            System.Text.Encoding.UTF8.GetBytes($"akka.tcp://raw@127.0.0.1:{port}/user/asking"),
            [1, 0, 0, 0],
            4711,
            "D").ToArray());
        var answer = new Akka.Remote.Wire.EnvelopeDecoder(Akka.Remote.Wire.Frame.Parse(second.ReadUntil(Akka.Remote.Wire.FrameKind.Payload)).Payload);
        Assert.Equal([1, 0, 0, 0], answer.Message.ToArray());
    }

    [Fact]
    public void A_gate_closes_after_a_failure_and_opens_by_itself_or_for_the_peer()
    {
        var gated = ActorSystem.Create("gated", ConfigurationFactory.ParseString("akka.remote.retry-gate-closed-for = 1h").WithFallback(Sys.Settings.Config));
        try
        {
            var there = Start();
            var port = AddressOf(there).Port!.Value;
            var deadLetters = Events<DeadLetter>(gated);
            var nobody = ((ExtendedActorSystem)gated).Provider.ResolveActorRef($"akka.tcp://there@127.0.0.1:{FreePort.Next()}/user/nobody");
            nobody.Tell("first", ActorRefs.NoSender);
            deadLetters.ExpectMsg<DeadLetter>();
            nobody.Tell("second", ActorRefs.NoSender);
            deadLetters.ExpectMsg<DeadLetter>();

            // A peer that connects by itself is there, whatever was found out before.
            var late = Start("there", port: nobody.Path.Address.Port!.Value);
            var probe = CreateTestProbe(late);
            var echo = gated.ActorOf(Act.Echo());
            Seen(late, gated, echo).Tell("hello", probe.Ref);
            probe.ExpectMsg("hello");
            Seen(gated, late, late.ActorOf(Act.Props((message, _) => probe.Ref.Tell(message)))).Tell("and back", ActorRefs.NoSender);
            probe.ExpectMsg("and back");
        }
        finally
        {
            Shutdown(gated);
        }
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_at_start_that_names_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var error = Assert.ThrowsAny<Exception>(() => Start(port: port));
        Assert.Contains($"127.0.0.1:{port}", error.Message);
        Assert.Contains("in use", error.Message);
        Assert.DoesNotContain("\n", error.Message);

        // And so is one of another system, until that terminates.
        var there = Start();
        port = AddressOf(there).Port!.Value;
        Assert.ThrowsAny<Exception>(() => Start("another", port: port));
        await there.Terminate();
        Start("another", port: port);
    }

    [Theory]
    [InlineData("enable-ssl = true", "enable-ssl")]
    [InlineData("maximum-frame-size = 1000b", "maximum-frame-size")]
    [InlineData("port = 70000", "port")]
    [InlineData("transport-protocol = udp", "transport-protocol")]
    [InlineData("hostname = \"no.such.host.invalid\"", "no.such.host.invalid")]
    public void What_cannot_be_had_is_an_error_at_start_that_names_it(string setting, string named)
    {
        var error = Assert.ThrowsAny<Exception>(() =>
            ActorSystem.Create("refused", ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp { " + setting + " }").WithFallback(Sys.Settings.Config)));
        Assert.Contains(named, error.Message);
    }

    [Fact]
    public async Task What_was_told_before_a_system_terminates_arrives()
    {
        var leaving = Start("leaving");
        var received = CreateTestProbe();
        var seen = Seen(leaving, Sys, received.Ref);
        // There must be a connection: what still waits for one at the end is lost.
        seen.Tell(new Number(-1), ActorRefs.NoSender);
        received.ExpectMsg(new Number(-1));
        for (var i = 0; i < 1000; i++)
            seen.Tell(new Number(i, 1000), ActorRefs.NoSender);
        await leaving.Terminate();
        for (var i = 0; i < 1000; i++)
            Assert.Equal(i, received.ExpectMsg<Number>().Value);
    }
}
