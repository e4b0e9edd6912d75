using System.Text;
using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.KeyValue;

/// <summary>Lease reads, in a world whose clocks all run alike.</summary>
public sealed class LeaseReadsSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Fact]
    public void A_leader_answers_lease_reads_without_a_message()
    {
        using var cluster = StartWithLeases(3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("command", 3);
        cluster.Run(Milliseconds(225));

        AnsweredWithoutARoundTrip(cluster, leader);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_leader_that_was_cut_off_answers_no_lease_read_once_another_may_lead(int seed)
    {
        using var cluster = StartWithLeases(3, seed);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);
        cluster.Run(Milliseconds(200));
        cluster.CutOff(leader);
        foreach (var other in Others(cluster, leader))
            cluster.CloseConnection(other, leader);

        long? written = null;
        for (int i = 0; i < 300; i++)
        {
            var read = cluster.Query(leader, "count", ReadConsistency.Lease);
            cluster.Run(Milliseconds(1));
            foreach (var other in Others(cluster, leader)
                .Where(other => written is null && cluster.StatusOf(other)!.Role == RaftRole.Leader))
                written = cluster.One("after", 2);
            if (written is not null && read.Result is not null)
                Assert.True(read.Result.AppliedIndex < written);
            if (written is not null)
                break;
        }
        var late = cluster.Query(leader, "count", ReadConsistency.Lease);
        cluster.Run(Milliseconds(100));
        Assert.Null(late.Result);
    }

    [Theory]
    [InMemoryJournal(1, 2, 3, 4)]
    [SqliteJournal(1)]
    public void Lease_reads_on_all_peers_reflect_every_write_acknowledged_before_while_leaders_change(
        JournalKind journal, int seed)
    {
        using var cluster = StartWithLeases(3, seed, journal);
        cluster.CheckSingleLeader();
        for (int i = 1; i <= 30; i++)
        {
            cluster.One($"{i}", 2);
            var reads = cluster.Connected.Select(peer => cluster.Query(peer, "count", ReadConsistency.Lease)).ToList();
            foreach (var read in reads)
                cluster.Await(read);
            Assert.All(reads, read => Assert.Equal($"{i}", Text(read)));
            switch (i % 6)
            {
                case 2:
                    cluster.Await(cluster.TransferLeadership(cluster.Peers[i % 3], cluster.Peers[(i + 1) % 3]));
                    break;
                case 4:
                    var crashed = cluster.AwaitLeader();
                    cluster.Crash(crashed);
                    cluster.Restart(crashed);
                    break;
            }
            cluster.CheckSingleLeader();
        }
    }

    [Fact]
    public void A_peer_that_has_just_started_elects_nobody_within_the_lease()
    {
        using var cluster = StartWithLeases(3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("command", 3);
        var (left, restarted) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);
        cluster.Partition([leader, restarted], [left]);
        cluster.Run(Seconds(1));

        cluster.Partition([leader], [left, restarted]);
        cluster.Crash(restarted);
        cluster.Restart(restarted);

        cluster.CheckNever(() => cluster.StatusOf(left)!.Role == RaftRole.Leader, Milliseconds(290),
            "The peer that had just started gave its vote.");
        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader),
            "another leads");
    }

    [Fact]
    public void A_group_gets_leases_when_its_nodes_are_started_with_them_and_loses_them_likewise()
    {
        bool leases = false;
        using var cluster =
            Start(3, change: settings => settings with { Raft = raft => raft with { LeaseReads = leases } });
        foreach (bool next in (bool[])[true, false])
        {
            leases = next;
            foreach (var peer in cluster.Peers)
            {
                cluster.CheckSingleLeader();
                cluster.Crash(peer);
                cluster.Restart(peer);
            }
            var leader = cluster.CheckSingleLeader();
            cluster.One($"{next}", 3);
            cluster.Run(Milliseconds(225));
            if (next)
                AnsweredWithoutARoundTrip(cluster, leader);
        }
        var read = cluster.Query(cluster.AwaitLeader(), "count", ReadConsistency.Lease);
        cluster.Run(Milliseconds(0.1));
        Assert.Null(read.Result);
        Assert.Equal("2", Text(cluster.Await(read)));
    }

    // A message takes at least 0.2 ms.
    private static void AnsweredWithoutARoundTrip(RaftCluster cluster, RaftPeer leader)
    {
        var read = cluster.Query(leader, "count", ReadConsistency.Lease);
        cluster.Run(Milliseconds(0.1));
        Assert.Equal("1", Text(read));
    }

    private RaftCluster StartWithLeases(int peers, int seed = 1, JournalKind journal = JournalKind.InMemory) =>
        StartWith(journal, peers, seed, settings => settings with { Raft = raft => raft with { LeaseReads = true } });

    private static string Text(PendingQuery query) => Encoding.UTF8.GetString((byte[])query.Result!.Result!);
}
