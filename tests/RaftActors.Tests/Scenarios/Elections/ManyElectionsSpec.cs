using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class ManyElectionsSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Four_connected_peers_of_seven_have_one_leader_whichever_three_are_cut_off(int seed)
    {
        using var cluster = Start(7, seed);
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
