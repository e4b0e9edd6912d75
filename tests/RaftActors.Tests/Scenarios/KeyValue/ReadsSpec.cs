using System.Text;
using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.KeyValue;

/// <summary>Reads on any peer, with each consistency.</summary>
public sealed class ReadsSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InMemoryJournal(1, 2, 3)]
    [SqliteJournal(1)]
    public void A_linearizable_read_on_any_peer_reflects_every_write_acknowledged_before(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed);
        cluster.CheckSingleLeader();
        cluster.Faults = LinkFaults.Unreliable with { Loss = 0 };

        for (int i = 1; i <= 30; i++)
        {
            Assert.NotNull(cluster.Await(cluster.Propose(cluster.Peers[cluster.Random.Next(5)], $"{i}")).Proposed);
            var reads = cluster.Peers.Select(peer => cluster.Query(peer, "count")).ToList();
            foreach (var read in reads)
                Assert.Equal($"{i}", Text(cluster.Await(read)));
        }
    }

    [Fact]
    public void A_follower_answers_itself_and_the_leader_learns_nothing_of_the_question()
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.One("command", 3);
        cluster.Run(Milliseconds(200));
        var before = cluster.TrafficBetween(follower, leader);

        var reads = Enumerable.Range(0, 500).Select(_ => cluster.Query(follower, new string('x', 1000))).ToList();
        cluster.Await(() => reads.TrueForAll(read => read.IsDone), "all are answered");

        Assert.All(reads, read => Assert.Equal("1", Text(read)));
        Assert.InRange((cluster.TrafficBetween(follower, leader) - before).Bytes, 500, 50_000);
    }

    [Fact]
    public void A_peer_without_a_majority_answers_no_linearizable_read_and_stale_ones_within_their_bound()
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);
        cluster.Run(Milliseconds(200));
        cluster.CutOff(leader);
        var next = cluster.CheckSingleLeader();
        cluster.One("after", 2);

        var read = cluster.Query(leader, "count");
        Assert.Equal(FailureReason.NoLeader, cluster.Await(read).Failed!.Reason);
        var stale = cluster.Await(cluster.Query(leader, "count", ReadConsistency.Stale));
        Assert.Equal("1", Text(stale));
        var bounded =
            cluster.Await(cluster.Query(leader, "count", ReadConsistency.Stale, maxStaleness: Milliseconds(500)));
        Assert.Equal(FailureReason.TooStale, bounded.Failed!.Reason);
        Assert.Equal("2",
            Text(cluster.Await(cluster.Query(next, "count", ReadConsistency.Stale, maxStaleness: Milliseconds(500)))));

        cluster.Heal(leader);
        cluster.CheckSingleLeader();
        Assert.Equal("2", Text(cluster.Await(cluster.Query(leader, "count"))));
    }

    [Theory]
    [InMemoryJournal(1, 2, 3)]
    public void Reads_survive_changes_of_the_leader(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.CheckSingleLeader();
        cluster.One("command", 3);
        for (int round = 0; round < 10; round++)
        {
            var reads = cluster.Peers.Select(peer => cluster.Query(peer, "count")).ToList();
            cluster.TransferLeadership(cluster.Peers[round % 3], cluster.Peers[(round + 1) % 3]);
            reads.AddRange(cluster.Peers.Select(peer => cluster.Query(peer, "count")));
            foreach (var read in reads)
                Assert.Equal("1", Text(cluster.Await(read)));
        }
    }

    private static string Text(PendingQuery query) => Encoding.UTF8.GetString((byte[])query.Result!.Result!);
}
