using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using Akka.Serialization;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors.Tests.Hosting;

/// <summary>Actor systems whose configuration does not have <see cref="Raft.DefaultConfig"/>.</summary>
public sealed class InjectedDefaultsSpec : IAsyncLifetime
{
    private const string Breaker = "akka.persistence.snapshot-store-plugin-fallback.circuit-breaker.max-failures";
    private const string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF\n";

    private const string Remoting = """
        akka { actor.provider = remote, remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 } }
        """;

    private static readonly RaftSettings Settings =
        new() { Group = "group", MemberId = "a", Members = [new Member("a", "127.0.0.1:1")], AllowVolatile = true };

    private readonly List<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_systems.Select(static system => system.Terminate()));

    [Fact]
    public async Task The_extension_brings_them_itself()
    {
        var system = Create("");

        var peer = await Raft.Get(system).StartAsync(Settings, static () => new EchoMachine());

        Assert.Equal("50 ms", system.Settings.Config.GetString("raft.heartbeat-interval"));
        Assert.IsType<RaftSerializer>(system.Serialization.FindSerializerFor(new PeerCreated(1, "group", "a",
            "store")));
        Assert.Equal(int.MaxValue, system.Settings.Config.GetInt(Breaker));
        var done = await peer.Ask<Proposed>(new Propose(new byte[] { 7 }), TimeSpan.FromSeconds(30));
        Assert.Equal([7], (byte[])done.Response!);
    }

    [Fact]
    public void They_come_with_an_extension_that_the_configuration_lists()
    {
        var system = Create("""akka.extensions = ["RaftActors.RaftExtension, RaftActors"]""");

        Assert.True(system.HasExtension<Raft>());
        Assert.Equal("50 ms", system.Settings.Config.GetString("raft.heartbeat-interval"));
    }

    [Fact]
    public async Task They_come_with_a_client_that_is_on_a_node_of_its_own()
    {
        var system = Create(Remoting);

        await using (RaftClient.Start(system, new RaftClientSettings { Group = "group", Addresses = ["127.0.0.1:1"] }))
        {
        }

        Assert.True(system.Settings.Config.HasPath("raft.heartbeat-interval"));
        Assert.IsType<RaftSerializer>(system.Serialization.FindSerializerFor(new PeerCreated(1, "group", "a",
            "store")));
        Assert.False(system.HasExtension<Raft>());
    }

    [Fact]
    public void What_the_user_wrote_counts()
    {
        var system = Create($$"""
            raft.heartbeat-interval = 70 ms
            {{Breaker}} = 3
            akka.actor.serialization-bindings { "RaftActors.Tests.Hosting.InjectedDefaultsSpec+Mine, RaftActors.Tests" = bytes }
            """);

        Raft.Get(system);

        Assert.Equal("70 ms", system.Settings.Config.GetString("raft.heartbeat-interval"));
        Assert.Equal("300 ms", system.Settings.Config.GetString("raft.election-timeout.min"));
        Assert.Equal(3, system.Settings.Config.GetInt(Breaker));
        Assert.IsType<ByteArraySerializer>(system.Serialization.FindSerializerForType(typeof(Mine)));
    }

    [Fact]
    public void They_are_not_hidden_by_those_of_a_persistence_that_starts_later()
    {
        var system = Create("");

        Raft.Get(system);
        Akka.Persistence.Persistence.Instance.Apply(system);
        system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString("somebody-elses = 1"));

        Assert.Equal(int.MaxValue, system.Settings.Config.GetInt(Breaker));
        Assert.IsType<RaftSerializer>(system.Serialization.FindSerializerFor(new PeerCreated(1, "group", "a",
            "store")));
    }

    [Fact]
    public void Nothing_is_injected_where_they_are()
    {
        var system =
            ActorSystem.Create("defaults", ConfigurationFactory.ParseString(Quiet).WithFallback(Raft.DefaultConfig()));
        _systems.Add(system);
        var before = system.Serialization;

        InjectedDefaults.EnsureIn(system);

        Assert.Same(before, system.Serialization);
    }

    [Fact]
    public async Task Frames_that_are_too_small_are_named_with_what_to_write()
    {
        var system = Create(Remoting);

        var problem = await Assert.ThrowsAnyAsync<ConfigurationException>(
            () => Raft.Get(system).StartAsync(Settings, static () => new EchoMachine()));

        Assert.Equal("raft.max-entry-bytes = 2097152: the largest message, with 64 KiB to spare, must fit"
            + " akka.remote.dot-netty.tcp.maximum-frame-size, which is 128000 (the defaults of raft.* need 4 MiB). "
                + "Remoting reads"
            + " its settings when the actor system starts: write it in the configuration that ActorSystem.Create is "
                + "given, or put"
            + " .WithFallback(Raft.DefaultConfig()) behind that configuration.", problem.Message);
    }

    private ActorSystem Create(string config)
    {
        var system = ActorSystem.Create("defaults", ConfigurationFactory.ParseString($"{Quiet}{config}")
            .WithFallback("akka.persistence.snapshot-store.plugin = \"akka.persistence.snapshot-store.inmem\""));
        _systems.Add(system);
        return system;
    }

    public sealed class Mine;
}
