using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Snapshots;

public sealed class InstallSnapshotSpec(ITestOutputHelper output) : SnapshotScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void Basic_the_log_is_compacted_and_nothing_is_lost(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        Agree(cluster, 60, 3);

        foreach (var peer in cluster.Peers)
        {
            AwaitCompaction(cluster, peer, 40);
            Assert.True(Status(cluster, peer).SnapshotBytes > 0);
        }
        Agree(cluster, 1, 3);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3, 4), SqliteJournal(1)]
    public void Install_for_a_peer_that_was_cut_off(JournalKind journal, int seed) =>
        Install(journal, seed, LinkFaults.None, crash: false);

    [Theory, InMemoryJournal(1, 2, 3, 4), SqliteJournal(1)]
    public void Install_over_an_unreliable_network(JournalKind journal, int seed) =>
        Install(journal, seed, LinkFaults.Unreliable, crash: false);

    [Theory, InMemoryJournal(1, 2, 3, 4), SqliteJournal(1)]
    public void Install_for_a_peer_that_crashed(JournalKind journal, int seed) =>
        Install(journal, seed, LinkFaults.None, crash: true);

    [Theory, InMemoryJournal(1, 2, 3, 4), SqliteJournal(1)]
    public void Install_for_a_peer_that_crashed_over_an_unreliable_network(JournalKind journal, int seed) =>
        Install(journal, seed, LinkFaults.Unreliable, crash: true);

    // As the snapshot tests of MIT's 6.5840 do: again and again somebody misses more than a snapshot's worth of
    // entries, every third time the leader.
    private void Install(JournalKind journal, int seed, LinkFaults faults, bool crash)
    {
        using var cluster = StartSnapshotting(journal, seed, faults: faults);
        int installs = 0;
        cluster.WatchMessages((message, _) =>
            installs += message.Original is InstallSnapshotReply { Installed: true } ? 1 : 0);
        Agree(cluster, 1, 3);
        for (int round = 0; round < 9; round++)
        {
            var leader = cluster.AwaitLeader();
            var victim = round % 3 == 1 ? leader : After(cluster, leader);
            if (crash)
                cluster.Crash(victim);
            else
                cluster.CutOff(victim);

            Agree(cluster, Interval + cluster.Random.Next(2 * Interval), 2);
            foreach (var other in Others(cluster, victim))
                AwaitCompaction(cluster, other, Status(cluster, other).CommitIndex - (2 * Interval));

            if (crash)
                cluster.Restart(victim);
            else
                cluster.Heal(victim);
            Agree(cluster, 1, 3);
            cluster.CheckNothingLost(Seconds(60));
        }
        Assert.True(installs > 0);
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void All_crash_and_the_state_is_rebuilt_from_snapshot_and_log(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        for (int round = 0; round < 4; round++)
        {
            Agree(cluster, Interval + cluster.Random.Next(Interval), 3);
            long index = cluster.Peers.Max(peer => peer.Log[^1].Index);
            foreach (var peer in cluster.Peers)
                cluster.Crash(peer);
            foreach (var peer in cluster.Peers)
                cluster.Restart(peer);
            Assert.True(cluster.One($"after crash {round}", 3) > index);
            cluster.CheckNothingLost();
        }
    }

    [Theory, InMemoryJournal(1), SqliteJournal(1)]
    public void Init_after_crash_the_first_snapshot_after_recovery_has_the_right_index(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed, peers: 1);
        Agree(cluster, Interval + 3, 1);
        var peer = cluster.Peers[0];
        AwaitCompaction(cluster, peer, 1);
        long before = Status(cluster, peer).SnapshotIndex;

        cluster.Crash(peer);
        cluster.Restart(peer);
        cluster.AwaitLeader();
        Assert.Equal(before, Status(cluster, peer).SnapshotIndex);
        Agree(cluster, Interval, 1);

        cluster.Run(Seconds(1));
        var status = Status(cluster, peer);
        Assert.InRange(status.SnapshotIndex, before + Interval, status.AppliedIndex);
        cluster.Crash(peer);
        cluster.Restart(peer);
        Agree(cluster, 1, 1);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1), SqliteJournal(1)]
    public void A_follower_behind_compaction_by_a_little_is_served_by_trailing_entries(JournalKind journal, int seed)
    {
        using var cluster =
            StartSnapshotting(journal, seed, raft: static settings => settings with { SnapshotTrailingEntries = 100 });
        int installs = 0;
        cluster.WatchMessages((message, _) => installs += message.Original is InstallSnapshot ? 1 : 0);
        Agree(cluster, 5, 3);
        var victim = After(cluster, cluster.AwaitLeader());

        cluster.CutOff(victim);
        Agree(cluster, 5 * Interval, 2);
        cluster.Heal(victim);
        Agree(cluster, 1, 3);

        Assert.Equal(0, installs);
        Assert.True(Status(cluster, cluster.AwaitLeader()).SnapshotIndex > 2 * Interval);
        cluster.CheckNothingLost();
    }
}
