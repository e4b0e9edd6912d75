using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;

namespace RaftActors.Tests.Hosting;

/// <summary>Commands whose types have no serializer of their own.</summary>
public sealed class PolymorphicTypesSpec : IAsyncLifetime
{
    private const string TypeName = "RaftActors.Tests.Hosting.PolymorphicTypesSpec+Place, RaftActors.Tests";

    private const string Hyperion = """
        akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
        akka.actor.serialization-bindings { "System.Object" = hyperion }
        """;

    private const string Listed = $"{Hyperion}\nraft.hyperion-types = [ \"{TypeName}\" ]";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        AllowVolatile = true,
        Members = [new Member("a", "127.0.0.1:1")],
        LeaderWait = Limit,
    };

    private ActorSystem? _system;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system?.Terminate() ?? Task.CompletedTask;

    [Theory]
    [InlineData("")]
    [InlineData($"akka.actor.serialization-bindings {{ \"{TypeName}\" = json }}")]
    public async Task One_that_only_the_JSON_serializer_would_take_is_refused_with_the_ways_out(string config)
    {
        var peer = await StartAsync(config);

        var refused = Assert.IsType<ProposalFailed>(await ProposeAsync(peer, new Place("pen", 3)));

        Assert.Equal(FailureReason.NotSerializable, refused.Reason);
        Assert.Equal($"A {typeof(Place)} would be written by Akka.NET's JSON serializer, which does not read "
            + "everything as it was written."
            + " Pass a byte[], or register a serializer of your own for the type in akka.actor.serialization-bindings, "
                + "or bind the"
            + " type to Hyperion there and list it in raft.hyperion-types. raft.allow-json-commands = on accepts it as "
                + "it is.", refused.Message);
        await StillWorksAsync(peer);
    }

    [Fact]
    public async Task One_that_another_node_wrote_as_JSON_is_refused_as_well()
    {
        var peer = await StartAsync("");

        var refused =
            Assert.IsType<ProposalFailed>(await ProposeAsync(peer, new Payload("{}"u8.ToArray(), 1, TypeName)));

        Assert.StartsWith($"A {TypeName} would be written by Akka.NET's JSON serializer", refused.Message);
        await StillWorksAsync(peer);
    }

    [Fact]
    public async Task With_strict_serialization_it_is_refused_too()
    {
        var peer = await StartAsync("akka.actor.serialization-settings.allow-unregistered-types = off");

        var refused = Assert.IsType<ProposalFailed>(await ProposeAsync(peer, new Place("pen", 3)));

        Assert.Equal(FailureReason.NotSerializable, refused.Reason);
        Assert.Contains($"{typeof(Place)} cannot be serialized", refused.Message);
        await StillWorksAsync(peer);
    }

    [Fact]
    public async Task The_host_can_take_JSON_after_all()
    {
        var peer = await StartAsync("raft.allow-json-commands = on");

        var done = Assert.IsType<Proposed>(await ProposeAsync(peer, new Place("pen", 3)));

        Assert.Equal(new Place("pen", 3), done.Response);
    }

    [Fact]
    public async Task JSON_that_cannot_be_read_again_does_not_get_into_the_log()
    {
        var peer = await StartAsync("raft.allow-json-commands = on");

        var command = new Prices(ImmutableDictionary<string, long>.Empty.Add("pen", 3));
        var refused = Assert.IsType<ProposalFailed>(await ProposeAsync(peer, command));

        Assert.Equal(FailureReason.NotSerializable, refused.Reason);
        Assert.Contains(nameof(Prices), refused.Message);
        await StillWorksAsync(peer);
    }

    [Fact]
    public async Task One_that_is_listed_is_written_by_Hyperion()
    {
        var peer = await StartAsync(Listed);

        var done = Assert.IsType<Proposed>(await ProposeAsync(peer, new Place("pen", 3)));

        Assert.Equal(new Place("pen", 3), done.Response);
    }

    [Fact]
    public async Task One_that_is_not_listed_is_not_written_by_Hyperion()
    {
        var peer = await StartAsync(Listed);

        var command = new Prices(ImmutableDictionary<string, long>.Empty);
        var refused = Assert.IsType<ProposalFailed>(await ProposeAsync(peer, command));

        Assert.Equal(FailureReason.NotSerializable, refused.Reason);
        Assert.StartsWith($"A {typeof(Prices)} would be written by Hyperion, which matches fields by position, and is "
            + "not"
            + " listed in raft.hyperion-types.", refused.Message);
        await StillWorksAsync(peer);
    }

    [Fact]
    public async Task One_with_an_unsafe_type_in_it_does_not_get_into_the_log()
    {
        var peer = await StartAsync(Listed);

        var command = new Place("pen", 3) { Note = new FileInfo("/etc/passwd") };
        var refused = Assert.IsType<ProposalFailed>(await ProposeAsync(peer, command));

        Assert.Equal(FailureReason.NotSerializable, refused.Reason);
        Assert.Contains("Unsafe Type", refused.Message);
        await StillWorksAsync(peer);
    }

    [Theory]
    [InlineData(
        "raft.hyperion-types = [ \"My.Missing, App\" ]",
        "raft.hyperion-types has My.Missing, App: there is no such type.")]
    [InlineData(
        Listed + "\nakka.actor.serialization-settings.hyperion.disallow-unsafe-type = off",
        "disallow-unsafe-type = off: with types in raft.hyperion-types, Hyperion must refuse unsafe types.")]
    public async Task A_list_that_cannot_be_is_named_at_the_start(string config, string problem)
    {
        var failure = await Assert.ThrowsAnyAsync<ConfigurationException>(() => StartAsync(config));

        Assert.Contains(problem, failure.Message);
    }

    private static async Task StillWorksAsync(IActorRef peer) =>
        Assert.Equal([7], (byte[])Assert.IsType<Proposed>(await ProposeAsync(peer, new byte[] { 7 })).Response!);

    private static Task<object> ProposeAsync(IActorRef peer, object command) =>
        peer.Ask<object>(new Propose(command), Limit);

    private async Task<IActorRef> StartAsync(string config)
    {
        _system = ActorSystem.Create("types", ConfigurationFactory.ParseString($"""
            akka.loglevel = OFF, akka.stdout-loglevel = OFF
            akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
            {config}
            """));
        return await Raft.Get(_system).StartAsync(Settings, static () => new EchoMachine());
    }

    public sealed record Place(string Article, int Count)
    {
        public object? Note { get; init; }
    }

    public sealed record Prices(ImmutableDictionary<string, long> Cents);
}
