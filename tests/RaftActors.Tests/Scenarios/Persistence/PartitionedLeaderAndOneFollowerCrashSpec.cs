using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class PartitionedLeaderAndOneFollowerCrashSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void The_log_goes_on_when_the_leader_restarts_without_the_follower_that_was_away(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("101", 3);
        var leader = cluster.CheckSingleLeader();
        var (away, follower) = (After(cluster, leader, 2), After(cluster, leader, 1));

        cluster.CutOff(away);
        cluster.One("102", 2);
        cluster.LosePower(leader);
        cluster.LosePower(follower);
        cluster.Heal(away);
        cluster.Restart(leader);
        cluster.One("103", 2);

        cluster.Restart(follower);
        cluster.One("104", 3);

        cluster.CheckNothingLost();
        Assert.All(cluster.Peers,
            peer => Assert.Equal(["101", "102", "103", "104"], peer.Log.Select(applied => applied.Text)));
    }
}
