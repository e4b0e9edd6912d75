using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class CrashAndRestartSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_follower_returns_with_what_it_had_and_gets_the_rest(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.One("5", 3);

        cluster.Crash(follower);
        cluster.One("6", 2);
        cluster.Restart(follower);
        cluster.One("7", 3);

        Assert.Equal(["5", "6", "7"], follower.Log.Select(applied => applied.Text));
        Assert.Same(leader, cluster.CheckSingleLeader());
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void The_leader_returns_as_a_follower_and_nothing_acknowledged_is_lost(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        for (int i = 0; i < 5; i++)
            cluster.Await(cluster.Propose(leader, $"{i}"));

        cluster.Crash(leader);
        var second = cluster.CheckSingleLeader();
        Assert.NotSame(leader, second);
        cluster.Await(cluster.Propose(second, "5"));
        cluster.Restart(leader);
        Assert.Same(second, cluster.CheckSingleLeader());
        Assert.True(cluster.CheckTerm() > term);

        cluster.CheckNothingLost();
        Assert.Equal(["0", "1", "2", "3", "4", "5"], leader.Log.Select(applied => applied.Text));
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void All_return_at_once_with_everything_that_was_acknowledged(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        for (int i = 0; i < 10; i++)
            cluster.Await(cluster.Propose(leader, $"{i}"));

        foreach (var peer in cluster.Peers)
            cluster.LosePower(peer);
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);
        cluster.CheckSingleLeader();
        Assert.True(cluster.CheckTerm() > term);

        cluster.CheckNothingLost();
        cluster.One("10", 3);
        Assert.All(cluster.Peers,
            peer => Assert.Equal(Enumerable.Range(0, 11).Select(i => $"{i}"),
            peer.Log.Select(applied => applied.Text)));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void One_after_the_other_crashes_and_returns_while_commits_go_on(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        cluster.One("before", 3);

        for (int round = 0; round < 6; round++)
        {
            var peer = cluster.Peers[round % 3];
            cluster.Crash(peer);
            cluster.One($"without {peer} {round}", 2);
            cluster.Restart(peer);
            cluster.One($"with {peer} {round}", 3);
        }

        cluster.CheckNothingLost();
    }
}
