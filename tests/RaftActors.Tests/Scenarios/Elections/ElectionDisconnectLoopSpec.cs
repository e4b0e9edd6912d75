using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class ElectionDisconnectLoopSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    public void No_leader_without_a_quorum_and_one_leader_with_it_fifteen_times(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);

        for (int round = 0; round < 15; round++)
        {
            var leader = cluster.CheckSingleLeader();
            var other = Others(cluster, leader)[cluster.Random.Next(2)];

            cluster.CutOff(leader);
            cluster.CutOff(other);
            cluster.CheckNoLeader();

            cluster.Heal(other);
            cluster.Heal(leader);
        }

        cluster.CheckSingleLeader();
    }
}
