using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.StateMachines;

/// <summary>A state machine is told of the members in the order of the log.</summary>
public sealed class ConfigurationAwareSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2), SqliteJournal(1)]
    public void Every_node_is_told_the_same_configurations_between_the_same_commands(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed,
            static settings => settings with { StateMachine = static () => new ToldMachine() });
        cluster.One("before", 3);
        cluster.StartJoining();
        cluster.SetMembers(cluster.Peers);
        long last = cluster.One("after", 4);
        cluster.AwaitCommitted(last, 4);

        var told = cluster.Peers.Select(TextOf).ToList();
        Assert.All(told, each => Assert.Equal(told[0], each));
        var machine = MachineOf(cluster.Peers[3]);
        Assert.Contains(machine.Configurations, static each => each.Configuration.FormerVoters.Count == 3);
        var (after, latest) = machine.Configurations[^1];
        Assert.Equal(["peer1", "peer2", "peer3", "peer4"], latest.Voters.Select(static voter => voter.Id));
        Assert.Empty(latest.FormerVoters);
        Assert.InRange(after, 1, latest.Index - 1);
    }

    [Theory, InMemoryJournal(1), SqliteJournal(1)]
    public void A_restored_state_machine_is_told_the_configuration_of_the_snapshot(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed, static settings => settings with
        {
            StateMachine = static () => new ToldMachine(),
            Raft = static raft => raft with { SnapshotEntries = 10, SnapshotMinGrowth = 0 },
        });
        for (int i = 0; i < 30; i++)
            cluster.One($"command {i}", 3);
        var peer = cluster.Peers[1];
        var before = MachineOf(peer).Configurations[^1].Configuration;

        cluster.Crash(peer);
        cluster.Restart(peer);
        cluster.One("restarted", 3);

        var machine = MachineOf(peer);
        Assert.True(machine.IsRestored);
        var (after, configuration) = Assert.Single(machine.Configurations);
        Assert.Equal((before.Index, before.Voters.Count), (configuration.Index, configuration.Voters.Count));
        // The state was there before.
        Assert.InRange(after, configuration.Index, long.MaxValue);
    }

    private static ToldMachine MachineOf(RaftPeer peer) => (ToldMachine)peer.StateMachine!;

    private static string TextOf(RaftPeer peer) => string.Join('\n', MachineOf(peer).Configurations.Select(
        static each => $"{each.After} {each.Configuration.Index} {string.Join(',', each.Configuration.Voters)} "
            + $"{string.Join(',', each.Configuration.Learners)} {string.Join(',', each.Configuration.FormerVoters)}"));
}
