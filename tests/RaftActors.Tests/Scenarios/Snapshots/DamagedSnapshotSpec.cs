using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Snapshots;

/// <summary>Snapshots that cannot be used, or not be written.</summary>
public sealed class DamagedSnapshotSpec(ITestOutputHelper output) : SnapshotScenarioSpec(output)
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void A_peer_whose_latest_snapshot_is_damaged_starts_from_the_one_before(int seed, bool missing)
    {
        using var cluster = StartSnapshotting(JournalKind.InMemory, seed);
        Agree(cluster, 5 * Interval, 3);
        var victim = After(cluster, cluster.AwaitLeader());
        AwaitCompaction(cluster, victim, 4 * Interval);
        cluster.Run(Seconds(1));
        long latest = Status(cluster, victim).SnapshotIndex;
        cluster.Crash(victim);
        cluster.DamageSnapshot(victim, missing);
        cluster.Restart(victim);

        Agree(cluster, 1, 3);

        Assert.True(victim.Failure is null);
        Assert.True(Status(cluster, victim).SnapshotIndex < latest);
        cluster.CheckNothingLost();

        // The next one is good again, and the journal still reaches back far enough.
        Agree(cluster, 3 * Interval, 3);
        AwaitCompaction(cluster, victim, latest);
        cluster.Crash(victim);
        cluster.Restart(victim);
        Agree(cluster, 1, 3);
        cluster.CheckNothingLost();
    }

    // No command comes that would make it due.
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void A_leader_whose_snapshot_is_damaged_takes_another_for_who_needs_it(int seed, bool missing)
    {
        using var cluster = StartSnapshotting(JournalKind.InMemory, seed);
        var (leader, victim) = LeaveBehind(cluster);
        cluster.DamageSnapshot(leader, missing);

        cluster.Heal(victim);
        Agree(cluster, 1, 3);

        cluster.CheckNothingLost();
        cluster.Crash(leader);
        cluster.Restart(leader);
        Agree(cluster, 1, 3);
        cluster.CheckNothingLost();
    }

    [Fact]
    public void A_peer_without_a_usable_snapshot_refuses_to_start_when_its_journal_does_not_reach_back()
    {
        using var cluster = StartSnapshotting(JournalKind.InMemory);
        Agree(cluster, 6 * Interval, 3);
        var victim = After(cluster, cluster.AwaitLeader());
        AwaitCompaction(cluster, victim, 4 * Interval);
        cluster.Run(Seconds(1));
        cluster.Crash(victim);
        cluster.DamageSnapshot(victim, missing: false);
        cluster.Restart(victim);
        cluster.Run(Seconds(1));
        cluster.Crash(victim);
        cluster.DamageSnapshot(victim, missing: true, all: true);
        cluster.Restart(victim);

        cluster.Await(() => victim.Failure is not null, "the peer stops for good", Seconds(60));

        Assert.Contains("Remove the member from the group and add it again", victim.Failure!.Reason);
        Agree(cluster, 1, 2);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void Disks_that_fail_now_and_then_cost_a_snapshot_and_nothing_else(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed,
            raft: static settings => settings with { RestartBackoffMax = TimeSpan.FromMilliseconds(400) });
        Agree(cluster, 1, 3);
        for (int round = 0; round < 20; round++)
        {
            cluster.FailNextWrite(cluster.Peers[cluster.Random.Next(3)]);
            for (int i = 0; i < Interval; i++)
                cluster.Propose(cluster.Peers[i % 3], $"command {round}.{i}");
            cluster.Run(Milliseconds(cluster.Random.Next(300)));
        }
        cluster.Run(Seconds(2));

        Agree(cluster, Interval, 3);
        foreach (var peer in cluster.Peers)
            AwaitCompaction(cluster, peer, 2 * Interval);
        cluster.CheckNothingLost(Seconds(60));
    }
}
