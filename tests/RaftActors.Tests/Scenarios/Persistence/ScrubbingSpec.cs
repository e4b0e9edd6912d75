using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

/// <summary>Stored bytes that change while the peer runs, where it would not look before its next start.</summary>
public sealed class ScrubbingSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Fact]
    public void A_damaged_event_is_found_and_let_go_of_once_two_snapshots_cover_it()
    {
        using var cluster = Start(3, change: settings => settings with { Raft = static raft => raft with { ScrubInterval = Seconds(1) } });
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
        using var cluster = Start(3, change: settings => settings with { Raft = static raft => raft with { ScrubInterval = Seconds(1), SnapshotEntries = 3, SnapshotMinGrowth = 0 } });
        for (int i = 0; i < 8; i++)
            cluster.One($"command {i}", 3);
        var peer = cluster.Peers[1];
        // The last one may still be on its way to the disk.
        cluster.Run(Seconds(0.3));
        cluster.DamageSnapshot(peer, missing: false);
        IReadOnlyList<string> damages = [];
        for (int i = 0; i < 40 && damages.Count == 0; i++)
        {
            cluster.Run(Seconds(0.05));
            damages = cluster.StatusOf(peer)!.Damages;
        }

        Assert.Contains("of the snapshot in raft-", Assert.Single(damages));
        cluster.Run(Seconds(3));
        Assert.Empty(cluster.StatusOf(peer)!.Damages);
    }
}
