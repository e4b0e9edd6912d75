using RaftActors;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Node;

/// <summary>A volume that is too small for the settings: they are fitted to it, or the start is refused.</summary>
public sealed class VolumeSpec
{
    private const long MiB = 1 << 20;

    private static readonly RaftSettings Settings = new() { Group = "kv", MemberId = "node1", Members = [] };

    [Theory]
    [InlineData(24, 1.5)]
    [InlineData(8, 0.5)]
    [InlineData(1024, 64)]
    [InlineData(100_000, 64)]
    public void The_entries_between_two_snapshots_are_a_small_part_of_the_volume(long volume, double snapshotBytes)
    {
        var fitting = Volume.Fit(Settings, "/data/raft.db", volume * MiB);

        Assert.Equal(snapshotBytes * MiB, fitting.SnapshotBytes);
        Assert.Equal(fitting with { SnapshotBytes = Settings.SnapshotBytes }, Settings);
    }

    [Fact]
    public void What_is_set_lower_stays() =>
        Assert.Equal(100_000,
            Volume.Fit(Settings with { SnapshotBytes = 100_000 }, "/data/raft.db", 24 * MiB).SnapshotBytes);

    [Fact]
    public void That_something_is_fitted_is_said_with_both_sizes()
    {
        var fitting = Volume.Fit(Settings, "/data/raft.db", 24 * MiB);

        Assert.Equal(
            "The volume of /data/raft.db has only 24 MiB: a snapshot is taken after 1.5 MiB of entries, and not after "
                + "raft.snapshot.bytes = 64 MiB.",
            Volume.Change(Settings, fitting, "/data/raft.db", 24 * MiB));
        Assert.Null(Volume.Change(Settings, Settings, "/data/raft.db", 24 * MiB));
    }

    [Fact]
    public void A_volume_on_which_nothing_fits_is_refused_in_a_sentence()
    {
        var refused = Assert.Throws<NodeStartException>(() => Volume.Fit(Settings, "/data/raft.db", 4 * MiB));

        Assert.StartsWith("the volume of /data/raft.db has only 4 MiB, and a node needs 8 MiB", refused.Message);
        Assert.EndsWith("Use a larger volume", refused.Message);
    }

    [Fact]
    public void The_size_of_a_volume_is_known_where_its_directory_is()
    {
        Assert.True(Volume.SizeOf(Path.Combine(Path.GetTempPath(), "raft.db")) > 0);
        Assert.Null(Volume.SizeOf("/no/such/directory/raft.db"));
    }
}
