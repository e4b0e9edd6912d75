using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

/// <summary>Stored bytes that change while the peer runs, where it would not look before its next start.</summary>
public sealed class ScrubbingSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Fact]
    public void A_damaged_withEventis_found_and_let_go_of_once_two_snapshots_cover_it()
    {
        using var cluster = Start(3,
            change: settings => settings with { Raft = static raft => raft with { ScrubInterval = Seconds(1) } });
        cluster.One("first", 3);
        cluster.One("second", 3);
        var peer = cluster.Peers[1];
        cluster.Run(Seconds(3));
        Assert.Empty(cluster.StatusOf(peer)!.Damages);

        cluster.DamageEvent(peer, static bytes => bytes.AsSpan().IndexOf("second"u8) >= 0);
        cluster.Run(Seconds(3));

        Assert.Contains("cannot be read: its checksum is", Assert.Single(cluster.StatusOf(peer)!.Damages));
        Assert.Empty(cluster.StatusOf(cluster.Peers[0])!.Damages);
        cluster.One("third", 3);
        cluster.Run(Seconds(5));
        Assert.Empty(cluster.StatusOf(peer)!.Damages);
        cluster.Crash(peer);
        cluster.Restart(peer);
        cluster.One("fourth", 3);
        Assert.Empty(cluster.StatusOf(peer)!.Problems);
    }

    [Fact]
    public void A_damaged_chunk_of_a_snapshot_is_found_and_another_snapshot_taken()
    {
        using var cluster = StartWithSnapshots();
        var peer = cluster.Peers[1];
        cluster.DamageSnapshot(peer, missing: false);

        Assert.Contains("of the snapshot in raft-", Assert.Single(AwaitDamages(cluster, peer)));
        cluster.Run(Seconds(3));
        Assert.Empty(cluster.StatusOf(peer)!.Damages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Damage_in_the_snapshot_before_the_latest_is_found_and_let_go_of_with_the_next(bool missing)
    {
        using var cluster = StartWithSnapshots();
        var peer = cluster.Peers[1];
        cluster.DamageSnapshot(peer, missing, before: true);

        Assert.Contains("of the snapshot in raft-", Assert.Single(AwaitDamages(cluster, peer)));
        for (int i = 0; i < 8; i++)
            cluster.One($"later {i}", 3);
        cluster.Run(Seconds(3));
        Assert.Empty(cluster.StatusOf(peer)!.Damages);
    }

    [Fact]
    public void What_a_start_could_not_read_is_named()
    {
        using var cluster = StartWithSnapshots(entries: 20, scrubs: false);
        var (withEvent, withSnapshot) = (cluster.Peers[1], cluster.Peers[2]);
        cluster.One("damaged", 3);
        cluster.Crash(withEvent);
        cluster.DamageEvent(withEvent, static bytes => bytes.AsSpan().IndexOf("damaged"u8) >= 0);
        cluster.Restart(withEvent);
        cluster.One("in between", 3);
        Assert.Contains("cannot be read: its checksum is", Assert.Single(cluster.StatusOf(withEvent)!.Damages));

        cluster.Crash(withSnapshot);
        cluster.DamageSnapshot(withSnapshot, missing: false);
        cluster.Restart(withSnapshot);
        Assert.Contains("the snapshot of raft-", Assert.Single(AwaitDamages(cluster, withSnapshot)));
        // It takes another at once, for it has started from the one before.
        cluster.Run(Seconds(1));
        Assert.Empty(cluster.StatusOf(withSnapshot)!.Damages);
    }

    private RaftCluster StartWithSnapshots(int entries = 3, bool scrubs = true)
    {
        var interval = scrubs ? Seconds(1) : TimeSpan.Zero;
        var cluster = Start(3,
            change: settings =>
            settings with { Raft = raft =>
            raft with { ScrubInterval = interval, SnapshotEntries = entries, SnapshotMinGrowth = 0 } });
        for (int i = 0; i < (2 * entries) + 4; i++)
            cluster.One($"command {i}", 3);
        // The last one may still be on its way to the disk.
        cluster.Run(Seconds(0.3));
        return cluster;
    }

    private static IReadOnlyList<string> AwaitDamages(RaftCluster cluster, RaftPeer peer)
    {
        IReadOnlyList<string> damages = [];
        for (int i = 0; i < 2000 && damages.Count == 0; i++)
        {
            cluster.Run(Milliseconds(1));
            damages = cluster.StatusOf(peer)?.Damages ?? [];
        }
        return damages;
    }
}
