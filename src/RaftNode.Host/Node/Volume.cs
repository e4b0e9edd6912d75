using RaftActors;

namespace RaftNode.Host.Node;

/// <summary>The file system that a node's journal is on, and what of the settings is too large for it.</summary>
internal static class Volume
{
    /// <summary>The bytes below which a node does not start.</summary>
    public const long Least = 8 * Mebibyte;

    // The journal holds the entries since the snapshot before the latest: up to twice raft.snapshot.bytes. Beside it
    // are two snapshots, a third while it is written, and the write-ahead log, which takes up to half of a small
    // volume.
    private const long Part = 16;
    private const long Mebibyte = 1 << 20;

    /// <summary>The settings that fit a volume.</summary>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="journal">The journal's file.</param>
    /// <param name="bytes">How large its volume is.</param>
    /// <exception cref="NodeStartException">No settings would.</exception>
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

    /// <summary>What was changed, in a sentence; <c>null</c> for nothing.</summary>
    public static string? Change(RaftSettings settings, RaftSettings fitting, string journal, long bytes) =>
        fitting.SnapshotBytes == settings.SnapshotBytes ? null
            : $"The volume of {journal} has only {Text(bytes)}: a snapshot is taken after "
                + $"{Text(fitting.SnapshotBytes)} of entries, "
                + $"and not after raft.snapshot.bytes = {Text(settings.SnapshotBytes)}.";

    /// <summary>How large the volume of a file is; <c>null</c> where that cannot be found out.</summary>
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
