using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class FollowerComesBackSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal, SqliteJournal]
    public void The_leader_and_its_term_stay(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        var follower = Others(cluster, leader)[0];

        cluster.CutOff(follower);
        cluster.Run(Seconds(3));
        cluster.Heal(follower);
        cluster.Run(Seconds(2));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }
}
