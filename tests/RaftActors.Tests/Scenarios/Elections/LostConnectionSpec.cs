using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class LostConnectionSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    [EachJournal(4)]
    [EachJournal(5)]
    public void A_leader_whose_process_dies_is_replaced_before_any_election_timeout_passes(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed, settings => settings with
        {
            Raft = raft => raft with { ElectionTimeoutMin = Seconds(30), ElectionTimeoutMax = Seconds(60) },
        });
        var leader = cluster.CheckSingleLeader(Seconds(300));
        cluster.Run(Seconds(1));

        cluster.Crash(leader);

        Assert.NotSame(leader, cluster.CheckSingleLeader(Seconds(1)));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_closed_connection_alone_does_not_unseat_a_leader_that_is_heard(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3,
            change: settings => settings with { Raft = raft => raft with { HeartbeatInterval = Milliseconds(9) } });
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();

        for (int i = 0; i < 20; i++)
        {
            foreach (var follower in Others(cluster, leader))
                cluster.CloseConnection(follower, leader);
            cluster.Run(Milliseconds(100));
        }

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }
}
