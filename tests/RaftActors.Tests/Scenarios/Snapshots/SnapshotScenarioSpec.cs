using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Snapshots;

/// <summary>
/// Scenarios with snapshots every ten entries, in chunks of which a snapshot has several, and no more entries in memory
/// than need be.
/// </summary>
public abstract class SnapshotScenarioSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    protected const int Interval = 10;

    private protected RaftCluster StartSnapshotting(JournalKind journal, int seed = 1, int peers = 3,
        LinkFaults? faults = null, Func<RaftSettings, RaftSettings>? raft = null) =>
        StartWith(journal, peers, seed, settings => settings with
        {
            Faults = faults ?? LinkFaults.None,
            Raft = own =>
                (raft ?? (static same => same))(own with { SnapshotEntries = Interval, SnapshotMinGrowth = 0,
                    SnapshotTrailingEntries = 0, SnapshotChunkSize = 500, SnapshotSendRate = 100_000_000 }),
        });

    /// <summary>Has the cluster agree on so many commands more.</summary>
    private protected static void Agree(RaftCluster cluster, int count, int expectedPeers)
    {
        for (int i = 0; i < count; i++)
            cluster.One($"command at {cluster.Now.TotalMilliseconds} ms, {i}", expectedPeers, limit: Seconds(60));
    }

    private protected static RaftStatus Status(RaftCluster cluster, RaftPeer peer) =>
        cluster.StatusOf(peer) ?? throw new InvalidOperationException($"{peer.Id} has no status.");

    /// <summary>Until a peer's log in memory begins behind an index.</summary>
    private protected static void AwaitCompaction(RaftCluster cluster, RaftPeer peer, long index)
    {
        for (int i = 0; i < 1500 && Status(cluster, peer).FirstIndex <= index; i++)
            cluster.Run(Milliseconds(10));
        Assert.True(Status(cluster, peer).FirstIndex > index,
            $"The log of {peer.Id} still begins at {Status(cluster, peer).FirstIndex}: {Status(cluster, peer)}");
    }

    /// <summary>A follower is cut off, and misses several snapshots' worth of entries.</summary>
    private protected static (RaftPeer Leader, RaftPeer Victim) LeaveBehind(RaftCluster cluster)
    {
        Agree(cluster, 1, 3);
        var leader = cluster.AwaitLeader();
        var victim = After(cluster, leader);
        cluster.CutOff(victim);
        Agree(cluster, 5 * Interval, 2);
        foreach (var other in Others(cluster, victim))
            AwaitCompaction(cluster, other, 4 * Interval);
        return (leader, victim);
    }
}
