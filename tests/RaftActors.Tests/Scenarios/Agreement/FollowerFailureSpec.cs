using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class FollowerFailureSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal, SqliteJournal]
    public void Commits_go_on_without_one_follower_and_stop_without_two(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        cluster.One("101", 3, retry: false);

        var leader = cluster.CheckSingleLeader();
        var followers = Others(cluster, leader);
        cluster.CutOff(followers[0]);
        cluster.One("102", 2, retry: false);
        cluster.Run(Seconds(1));
        cluster.One("103", 2, retry: false);

        cluster.CutOff(followers[1]);
        cluster.Propose(leader, "104", ReplyWhen.Appended);
        cluster.CheckNotCommitted("104", Seconds(5));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_dead_follower_does_not_slow_commits_down(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("all", 3);
        TimeSpan Latency(string command)
        {
            var start = cluster.Now;
            cluster.Await(cluster.Propose(leader, command));
            return cluster.Now - start;
        }

        cluster.LosePower(Others(cluster, leader)[0]);

        // A write on the leader, one on the follower, and two crossings take at most four milliseconds here, whether or
        // not the other answers.
        for (int i = 0; i < 100; i++)
        {
            Assert.InRange(Latency($"{i}"), TimeSpan.Zero, Milliseconds(4));
            cluster.Run(Milliseconds(cluster.Random.Next(50)));
        }
    }
}
