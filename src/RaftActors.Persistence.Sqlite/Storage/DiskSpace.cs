namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>How much room the disk of a file has.</summary>
internal static class DiskSpace
{
    // SQLite needs room for the index of the write-ahead log, 32 KiB, to open a database at all.
    private const long Least = 64 << 10;

    /// <summary>
    /// Whether a failure to open or read a database comes of a full disk: SQLite says of that what it says of a broken
    /// one.
    /// </summary>
    /// <param name="path">The full path of the file.</param>
    public static bool IsUsedUp(string path) => Free(path) < Least;

    /// <summary>The bytes that are free for this user; a very large number where that cannot be found out.</summary>
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
