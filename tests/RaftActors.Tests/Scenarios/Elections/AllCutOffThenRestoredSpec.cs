using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class AllCutOffThenRestoredSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(3)]
    [EachJournal(5)]
    public void One_leader_in_a_later_term(JournalKind journal, int peers)
    {
        using var cluster = StartWith(journal, peers);
        cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();

        foreach (var peer in cluster.Peers)
            cluster.CutOff(peer);
        cluster.Run(Seconds(3));
        Assert.All(cluster.Peers, peer => Assert.NotEqual(RaftRole.Leader, cluster.StatusOf(peer)!.Role));
        foreach (var peer in cluster.Peers)
            cluster.Heal(peer);

        cluster.CheckSingleLeader();
        Assert.True(cluster.CheckTerm() > term);
    }
}
