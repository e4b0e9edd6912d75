using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class ManyElectionsSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    public void Four_connected_peers_of_seven_have_one_leader_whichever_three_are_cut_off(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 7, seed);
        cluster.CheckSingleLeader();

        for (int round = 0; round < 10; round++)
        {
            var lost = Some(cluster, 3);
            lost.ForEach(cluster.CutOff);
            cluster.CheckSingleLeader();
            lost.ForEach(cluster.Heal);
        }

        cluster.CheckSingleLeader();
    }
}
