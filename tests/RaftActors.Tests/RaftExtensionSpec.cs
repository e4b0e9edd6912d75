using Akka.Actor;
using Akka.Configuration;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.StateMachines;
using Xunit.Abstractions;

namespace RaftActors.Tests;

public sealed class RaftExtensionSpec(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(Raft.DefaultConfig(),
    output: output)
{
    private static readonly RaftSettings Settings =
        new() { Group = "group", MemberId = "a", Members = [new Member("a", "127.0.0.1:1")], AllowVolatile = true };

    [Fact]
    public async Task A_peer_runs_under_the_name_of_its_group()
    {
        var peer = await Raft.Get(Sys).StartAsync(Settings, () => new NoMachine());

        Assert.Equal("/system/raft/group", peer.Path.ToStringWithoutAddress());
    }

    [Fact]
    public async Task A_group_is_started_once()
    {
        await Raft.Get(Sys).StartAsync(Settings, () => new NoMachine());

        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Raft.Get(Sys).StartAsync(Settings, () => new NoMachine()));
        Assert.Contains("'group'", problem.Message);
        await Raft.Get(Sys).StartAsync(Settings with { Group = "other" }, () => new NoMachine());
    }

    [Fact]
    public async Task A_group_that_was_stopped_can_be_started_again_and_one_that_was_not_started_is_stopped_already()
    {
        await Raft.Get(Sys).StopAsync("group");
        await Raft.Get(Sys).StartAsync(Settings, () => new NoMachine());

        await Raft.Get(Sys).StopAsync("group");

        await Raft.Get(Sys).StartAsync(Settings, () => new NoMachine());
    }

    [Fact]
    public async Task Settings_that_do_not_go_together_are_refused() =>
        await Assert.ThrowsAnyAsync<ConfigurationException>(() =>
            Raft.Get(Sys).StartAsync(Settings with { MemberId = "z" }, () => new NoMachine()));

    [Fact]
    public void The_default_configuration_names_the_serializer()
    {
        var serializer = Assert.IsType<RaftSerializer>(
            Sys.Serialization.FindSerializerFor(new PeerCreated(1, "group", "a", "store")));

        Assert.Equal(6214, serializer.Identifier);
    }

    [Fact]
    public void The_default_configuration_sets_what_consensus_needs_of_remoting()
    {
        var remote = Raft.DefaultConfig().GetConfig("akka.remote")!;

        Assert.Equal(TimeSpan.FromMilliseconds(200), remote.GetTimeSpan("retry-gate-closed-for"));
        Assert.Equal(TimeSpan.FromSeconds(3),
            remote.GetTimeSpan("transport-failure-detector.acceptable-heartbeat-pause"));
        Assert.Equal(4 * 1024 * 1024, remote.GetByteSize("dot-netty.tcp.maximum-frame-size"));
    }

    private sealed class NoMachine : IStateMachine
    {
        public object? Apply(LogEntry entry, object command) => null;

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

        public void Restore(Stream snapshot)
        {
        }
    }
}
