using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Remoting;
using RaftActors.Tests.Hosting;

namespace RaftActors.Tests.Remoting;

/// <summary>
/// What the transport does beyond Akka.Remote's contract, which RemotingSpec has: peers' short way, and errors.
/// </summary>
public sealed class TcpTransportSpec : IAsyncLifetime
{
    private const string Own = "RaftActors.Remoting.TcpTransport, RaftActors";
    private const string DotNetty = "Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote";
    private const string Key = "akka.remote.dot-netty.tcp.";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly List<ActorSystem> _systems = [];
    private readonly Dictionary<ActorSystem, IActorRef> _groups = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_systems.Select(static system => system.Terminate()));

    [Theory]
    [InlineData(Own, Own, true)]
    [InlineData(Own, DotNetty, false)]
    [InlineData(DotNetty, Own, false)]
    public async Task Peers_hear_each_other_whichever_transport_their_nodes_have(string here, string there,
        bool isShort)
    {
        var (sender, receiver) = (Create(here), Create(there));
        var heard = await Group(receiver);
        var peer = new ActorSystemResolver(sender).Resolve(AddressOf(receiver), "g");

        // What makes the connection goes through Akka.Remote.
        peer.Tell(Append(0), ActorRefs.NoSender);
        Assert.Equal(0, (await heard.Take()).PrevLogIndex);
        if (here == Own)
            await Until(() => PeerLinks.Of(sender).To(Provider(receiver).DefaultAddress) is not null);
        for (int i = 1; i <= 500; i++)
            peer.Tell(Append(i), ActorRefs.NoSender);

        for (int i = 1; i <= 500; i++)
        {
            var append = await heard.Take();
            Assert.Equal(i, append.PrevLogIndex);
            Assert.Equal(new byte[] { 1, 2, (byte)i }, append.Entries.Entries[0].Payload.Bytes.ToArray());
        }
        Assert.Equal(isShort || here == Own, PeerLinks.Of(sender).IsUsed);
    }

    [Fact]
    public async Task A_peer_that_is_started_again_under_its_name_hears_what_comes_next()
    {
        var (sender, receiver) = (Create(Own), Create(Own));
        var first = await Group(receiver);
        var peer = new ActorSystemResolver(sender).Resolve(AddressOf(receiver), "g");
        peer.Tell(Append(0), ActorRefs.NoSender);
        await first.Take();
        await Until(() => PeerLinks.Of(sender).To(Provider(receiver).DefaultAddress) is not null);
        peer.Tell(Append(1), ActorRefs.NoSender);
        await first.Take();

        await first.Actor.GracefulStop(Limit);
        var next = await Group(receiver);
        peer.Tell(Append(2), ActorRefs.NoSender);

        Assert.Equal(2, (await next.Take()).PrevLogIndex);
    }

    [Fact]
    public async Task A_node_that_starts_again_is_heard_and_hears()
    {
        var (sender, receiver) = (Create(Own), Create(Own));
        var heard = await Group(receiver);
        var peer = new ActorSystemResolver(sender).Resolve(AddressOf(receiver), "g");
        peer.Tell(Append(0), ActorRefs.NoSender);
        await heard.Take();
        int port = Provider(receiver).DefaultAddress.Port!.Value;
        await receiver.Terminate();

        var next = await Group(Create(Own, $"{Key}port = {port}"));
        using var stop = new CancellationTokenSource(Limit);
        // Until the connection is there, messages may be lost.
        var told = next.Take();
        while (!told.IsCompleted)
        {
            peer.Tell(Append(1), ActorRefs.NoSender);
            await Task.WhenAny(told, Task.Delay(20, stop.Token));
            stop.Token.ThrowIfCancellationRequested();
        }
        Assert.Equal(1, (await told).PrevLogIndex);
    }

    [Fact]
    public async Task What_is_sent_is_counted()
    {
        // Other specs send meanwhile, but not that much.
        const int messages = 8, size = 8 * 1024 * 1024;
        long counted = 0, bytes = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name is "raft.messages.sent" or "raft.messages.sent_size")
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == "raft.messages.sent")
                Interlocked.Add(ref counted, value);
            else
                Interlocked.Add(ref bytes, value);
        });
        listener.Start();
        string frames = $"{Key}maximum-frame-size = 16 MiB";
        var (sender, receiver) = (Create(Own, frames), Create(Own, frames));
        var heard = await Group(receiver);
        var peer = new ActorSystemResolver(sender).Resolve(AddressOf(receiver), "g");
        peer.Tell(Append(0), ActorRefs.NoSender);
        await heard.Take();
        await Until(() => PeerLinks.Of(sender).To(Provider(receiver).DefaultAddress) is not null);

        for (int i = 0; i < messages; i++)
        {
            peer.Tell(Append(i, new byte[size]), ActorRefs.NoSender);
            await heard.Take();
        }

        await Until(() => Interlocked.Read(ref counted) > messages && Interlocked.Read(ref bytes) > messages * size);
    }

    [Fact]
    public void A_port_that_is_in_use_is_named()
    {
        int port = Provider(Create(Own)).DefaultAddress.Port!.Value;

        var problem = Assert.ThrowsAny<Exception>(() => Create(Own, $"{Key}port = {port}"));

        Assert.Contains($"Remoting cannot listen on 127.0.0.1:{port}: the port is in use.", problem.ToString());
    }

    [Theory]
    [InlineData("enable-ssl = on", "enable-ssl = on: this transport has TLS by other keys.")]
    [InlineData("byte-order = big-endian", "byte-order = big-endian: this transport has only little-endian.")]
    [InlineData("transport-protocol = udp", "transport-protocol = udp: this transport has only tcp.")]
    [InlineData("port = 70000", "port = 70000: must lie between 0 and 65535.")]
    [InlineData("maximum-frame-size = 1000b", "maximum-frame-size = 1000: must lie between 32000 bytes and 1 GiB.")]
    public void A_setting_that_it_cannot_keep_is_refused(string setting, string problem)
    {
        var config = ConfigurationFactory.ParseString(setting)
            .WithFallback(Defaults(Own).GetConfig("akka.remote.dot-netty.tcp"));

        var refusal = Assert.Throws<ConfigurationException>(() => TcpSettings.From(config, ConfigurationFactory.Empty));

        Assert.StartsWith(Key + problem, refusal.Message);
    }

    [Theory]
    [InlineData("akka.remote.log-received-messages = on")]
    [InlineData("akka.remote.log-sent-messages = on")]
    public void Peers_have_no_short_way_where_messages_are_to_be_logged(string setting)
    {
        Assert.False(PeerLinks.Of(Create(Own, setting)).IsUsed);
    }

    private static AppendEntries Append(int i) => Append(i, [1, 2, (byte)i]);

    private static AppendEntries Append(int i, byte[] command) => new(
        new PeerHeader("127.0.0.1:1", "g", "a", "s", 1), i, 1, 0, 0,
        new EntryBatch([new LogEntry(i + 1, 1, EntryKind.Command, 0, new Payload(command, 0, ""))]));

    private static RemoteActorRefProvider Provider(ActorSystem system) =>
        (RemoteActorRefProvider)((ExtendedActorSystem)system).Provider;

    private static string AddressOf(ActorSystem system) => $"127.0.0.1:{Provider(system).DefaultAddress.Port}";

    private static async Task Until(Func<bool> condition)
    {
        using var stop = new CancellationTokenSource(Limit);
        while (!condition())
            await Task.Delay(5, stop.Token);
    }

    private static Config Defaults(string transport) => ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = OFF, stdout-loglevel = OFF
          actor.provider = remote
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, transport-class = "{{transport}}" }
          persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """).WithFallback(Raft.DefaultConfig()).WithFallback(ConfigurationFactory.FromResource<RemoteActorRefProvider>("Akka.Remote.Configuration.Remote.conf"));

    private ActorSystem Create(string transport, string settings = "")
    {
        var system =
            ActorSystem.Create("short", ConfigurationFactory.ParseString(settings).WithFallback(Defaults(transport)));
        _systems.Add(system);
        // As the extension does.
        PeerLinks.Of(system).Serve(RaftSerializer.Of(system));
        _groups[system] = ((ExtendedActorSystem)system)
            .SystemActorOf(Props.Create(() => new Groups()), RaftGroups.Name);
        return system;
    }

    /// <summary>Stands where the group's supervisor does.</summary>
    private async Task<Heard> Group(ActorSystem system)
    {
        var heard = new Heard();
        heard.Actor = await _groups[system].Ask<IActorRef>(Props.Create(() => new Listener(heard)), Limit);
        return heard;
    }

    private sealed class Heard
    {
        private readonly System.Threading.Channels.Channel<AppendEntries> _messages =
            System.Threading.Channels.Channel.CreateUnbounded<AppendEntries>();

        public IActorRef Actor { get; set; } = ActorRefs.Nobody;

        public void Add(AppendEntries message) => _messages.Writer.TryWrite(message);

        public async Task<AppendEntries> Take() => await _messages.Reader.ReadAsync().AsTask().WaitAsync(Limit);
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(Heard heard) => Receive<AppendEntries>(heard.Add);
    }

    private sealed class Groups : ReceiveActor
    {
        public Groups() => Receive<Props>(props => Sender.Tell(Context.ActorOf(props, "g")));
    }
}
