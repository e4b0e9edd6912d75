using RaftActors;

namespace RaftNode.Host.Node;

/// <summary>The file system of a node's journal, and the settings that are too large for it.</summary>
internal static class Volume
{
    /// <summary>The size in bytes below which a node does not start.</summary>
    public const long Least = 8 * Mebibyte;

    // The journal holds the entries since the snapshot before the latest one: up to twice raft.snapshot.bytes. Besides
    // it there are two snapshots, a third one while it is written, and the write-ahead log, which takes up to half of a
    // small volume.
    private const long Part = 16;
    private const long Mebibyte = 1 << 20;

    /// <summary>Returns settings that fit a volume.</summary>
    /// <param name="settings">The settings in the configuration.</param>
    /// <param name="journal">The journal's file.</param>
    /// <param name="bytes">The size of the volume in bytes.</param>
    /// <exception cref="NodeStartException">No settings fit the volume.</exception>
    public static RaftSettings Fit(RaftSettings settings, string journal, long bytes)
    {
        if (bytes < Least)
        {
            throw new NodeStartException(
                $"the volume of {journal} has only {Text(bytes)}, and a node needs {Text(Least)}: "
                + "two snapshots, the entries behind them and the write-ahead log. Use a larger volume");
        }
        return settings.SnapshotBytes <= bytes / Part ? settings : settings with { SnapshotBytes = bytes / Part };
    }

    /// <summary>What was changed, in a sentence; <c>null</c> if nothing was.</summary>
    public static string? Change(RaftSettings settings, RaftSettings fitting, string journal, long bytes) =>
        fitting.SnapshotBytes == settings.SnapshotBytes ? null
            : $"The volume of {journal} has only {Text(bytes)}: a snapshot is taken after "
                + $"{Text(fitting.SnapshotBytes)} of entries, "
                + $"and not after raft.snapshot.bytes = {Text(settings.SnapshotBytes)}.";

    /// <summary>The size in bytes of a file's volume; <c>null</c> if it cannot be determined.</summary>
    public static long? SizeOf(string file)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(file)!).TotalSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string Text(long bytes) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Math.Round((double)bytes / Mebibyte, 1)} MiB");
}
