using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Snapshots;

/// <summary>
/// What happens in the middle of an install: it restarts or resumes, and the state is never a mixture (which the
/// cluster checks whenever a state machine starts from a snapshot).
/// </summary>
public sealed class InterruptedInstallSpec(ITestOutputHelper output) : SnapshotScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2), SqliteJournal(1)]
    public void A_lost_chunk_is_sent_again_and_the_install_goes_on_from_there(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        var (_, victim) = LeaveBehind(cluster);
        var sent = new List<int>();
        cluster.WatchMessages((message, _) =>
        {
            if (message.Original is InstallSnapshot install && message.To == victim)
                sent.Add(install.Chunk);
        });
        bool lost = false;
        var held = cluster.Hold(message => !lost && message.Original is InstallSnapshot { Chunk: 3 } && (lost = true));

        cluster.Heal(victim);
        Agree(cluster, 1, 3);

        held.Drop();
        Assert.True(lost);
        Assert.Equal(2, sent.Count(chunk => chunk == 3));
        Assert.Equal(1, sent.Count(chunk => chunk == 1));
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void The_leader_changes_in_the_middle(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        var (leader, victim) = LeaveBehind(cluster);
        var held = HealUntilChunk(cluster, victim, 3);

        cluster.Crash(leader);
        held.Drop();
        Agree(cluster, 1, 2);
        Assert.True(victim.Log.Count > 4 * Interval);

        cluster.Restart(leader);
        Agree(cluster, 1, 3);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_newer_snapshot_is_taken_in_the_middle(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        var (leader, victim) = LeaveBehind(cluster);
        var snapshots = new HashSet<long>();
        cluster.WatchMessages((message, _) =>
        {
            if (message.Original is InstallSnapshot install)
                snapshots.Add(install.Snapshot.LastIncludedIndex);
        });
        var held = HealUntilChunk(cluster, victim, 3);
        long sent = Status(cluster, leader).SnapshotIndex;

        for (int i = 0; i < 5 * Interval; i++)
            cluster.One($"meanwhile {i}", 2);
        Assert.True(Status(cluster, leader).SnapshotIndex > sent + (2 * Interval));

        held.ReleaseAll();
        Agree(cluster, 1, 3);
        cluster.CheckNothingLost();
        // What follows the snapshot was kept for it: else, under load, it would be sent one snapshot after the other
        // and never catch up.
        Assert.Single(snapshots);
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void The_follower_crashes_in_the_middle(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        var (_, victim) = LeaveBehind(cluster);
        var held = HealUntilChunk(cluster, victim, 3);

        cluster.Crash(victim);
        held.Drop();
        cluster.Restart(victim);
        Agree(cluster, 1, 3);
        cluster.CheckNothingLost();
    }

    // Each run crashes it one write later than the one before: between chunks, before and after the manifest, before
    // and after the event.
    [Theory, InMemoryJournal, SqliteJournal]
    public void The_follower_crashes_after_any_of_its_writes(JournalKind journal)
    {
        for (int writes = 0; writes < 24; writes++)
        {
            using var cluster = StartSnapshotting(journal, seed: 100 + writes);
            var (_, victim) = LeaveBehind(cluster);
            bool started = false;
            cluster.WatchMessages((message, _) => started |= message.Original is InstallSnapshot);
            cluster.Heal(victim);
            cluster.Await(() => started, "a chunk is sent");
            cluster.Run(Milliseconds(writes));

            cluster.Crash(victim);
            cluster.Restart(victim);
            Agree(cluster, 1, 3);
            cluster.CheckNothingLost();
            cluster.Crash(victim);
            cluster.Restart(victim);
            Agree(cluster, 1, 3);
            cluster.CheckNothingLost();
            if (journal == JournalKind.Sqlite)
                writes += 4;
        }
    }

    [Theory, InMemoryJournal(1, 2), SqliteJournal(1)]
    public void A_snapshot_that_arrives_with_other_bytes_is_asked_for_again(JournalKind journal, int seed)
    {
        using var cluster = StartSnapshotting(journal, seed);
        var (leader, victim) = LeaveBehind(cluster);
        bool spoiled = false;
        var held = cluster.Hold(message =>
        {
            if (spoiled || message.Original is not InstallSnapshot { Chunk: 2 } install)
                return false;
            spoiled = true;
            cluster.Inject(leader, victim, install with { Data = new byte[install.Data.Length] });
            return true;
        });

        cluster.Heal(victim);
        Agree(cluster, 1, 3);

        held.Drop();
        Assert.True(spoiled);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal(1, 2)]
    public void Heartbeats_and_commits_go_on_meanwhile(JournalKind journal, int seed)
    {
        using var cluster =
            StartSnapshotting(journal, seed, raft: static settings => settings with { SnapshotSendRate = 1000 });
        var (leader, victim) = LeaveBehind(cluster);
        int changes = 0;
        cluster.WatchMessages((message, _) => changes += message.Original is RequestVote ? 1 : 0);
        cluster.Heal(victim);

        Agree(cluster, 2 * Interval, 2);

        Assert.Equal("Snapshot",
            Assert.Single(Status(cluster, leader).Followers, follower => follower.MemberId == victim.Id).State);
        Assert.Equal(0, changes);
        Assert.Equal(RaftRole.Leader, Status(cluster, leader).Role);
        cluster.CheckNothingLost(Seconds(60));
    }

    /// <summary>Reconnects the follower, and keeps the chunks from one on back.</summary>
    private static TestKit.Network.HeldMessages HealUntilChunk(RaftCluster cluster, RaftPeer victim, int chunk)
    {
        bool reached = false;
        var held = cluster.Hold(message =>
        {
            bool holds = message.To == victim && message.Original is InstallSnapshot install && install.Chunk >= chunk;
            reached |= holds;
            return holds;
        });
        cluster.Heal(victim);
        cluster.Await(() => reached, $"chunk {chunk} is sent");
        return held;
    }
}
