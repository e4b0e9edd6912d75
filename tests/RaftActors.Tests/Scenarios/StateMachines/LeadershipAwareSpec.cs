using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.StateMachines;

/// <summary>A state machine is told who leads, and which role its peer has.</summary>
public sealed class LeadershipAwareSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Fact]
    public void A_state_machine_is_told_of_each_leader_and_of_its_loss()
    {
        using var cluster = StartTold();
        var first = cluster.CheckSingleLeader();
        var other = Others(cluster, first)[0];
        var machine = MachineOf(other);
        Assert.Equal((null, first.Id), (machine.Leaders[^1].Former, machine.Leaders[^1].Leader));
        Assert.Equal(RaftRole.Leader, MachineOf(first).Roles[^1].Role);
        int told = machine.Leaders.Count;

        cluster.Crash(first);
        var second = cluster.CheckSingleLeader();
        cluster.One("led by another", 2);

        var news = machine.Leaders.Skip(told).ToList();
        Assert.Equal(first.Id, news[0].Former);
        Assert.Equal(second.Id, news[^1].Leader);
        // Each one is told after the one before it.
        Assert.All(machine.Leaders.Zip(machine.Leaders.Skip(1)),
            static pair => Assert.Equal(pair.First.Leader, pair.Second.Former));
        Assert.Equal(cluster.CheckTerm(), news[^1].Term);
    }

    [Fact]
    public void A_state_machine_that_is_built_anew_is_told_what_its_peer_knows()
    {
        using var cluster = StartTold();
        var leader = cluster.CheckSingleLeader();
        var peer = Others(cluster, leader)[0];

        cluster.Crash(peer);
        cluster.Restart(peer);
        cluster.One("restarted", 3);

        Assert.Equal((null, leader.Id), (MachineOf(peer).Leaders[0].Former, MachineOf(peer).Leaders[0].Leader));
    }

    [Fact]
    public void A_state_machine_that_fails_when_it_is_told_goes_on()
    {
        using var cluster = StartTold();
        var leader = cluster.CheckSingleLeader();
        var machines = cluster.Peers.Select(MachineOf).ToList();
        machines.ForEach(static machine => machine.Throws = true);

        cluster.Await(cluster.TransferLeadership(leader));
        cluster.One("led by another", 3);

        Assert.Equal(machines, cluster.Peers.Select(MachineOf));
        Assert.All(machines, machine => Assert.NotEqual(leader.Id, machine.Leaders[^1].Leader));
    }

    private RaftCluster StartTold() =>
        Start(3, change: static settings => settings with { StateMachine = static () => new ToldMachine() });

    private static ToldMachine MachineOf(RaftPeer peer) => (ToldMachine)peer.StateMachine!;
}
