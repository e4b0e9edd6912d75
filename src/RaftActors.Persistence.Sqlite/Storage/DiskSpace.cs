namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>The free space on the disk of a file.</summary>
internal static class DiskSpace
{
    // SQLite needs 32 KiB for the index of the write-ahead log to open a database at all.
    private const long Least = 64 << 10;

    /// <summary>
    /// Whether a full disk is the likely cause of a failure to open or read a database. SQLite reports a full disk as a
    /// broken one.
    /// </summary>
    /// <param name="path">The full path of the file.</param>
    public static bool IsUsedUp(string path) => Free(path) < Least;

    /// <summary>
    /// The number of bytes that are free for this user. A very large number if that cannot be determined.
    /// </summary>
    /// <param name="path">The full path of the file.</param>
    public static long Free(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue / 2;
        }
    }
}
