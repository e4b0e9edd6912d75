using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class LeaderAndAnotherCutOffSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal, SqliteJournal]
    public void No_leader_without_a_quorum_and_one_leader_when_one_of_the_two_is_back(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        var other = Others(cluster, leader)[0];

        cluster.CutOff(leader);
        cluster.CutOff(other);
        cluster.CheckNoLeader();

        cluster.Heal(other);
        Assert.NotSame(leader, cluster.CheckSingleLeader());
        Assert.True(cluster.CheckTerm() > term);
    }
}
