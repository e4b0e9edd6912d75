using RaftNode.Host.Configuration;
using RaftNode.Host.Http;

namespace RaftNode.Host.Node;

/// <summary>The disk and the memory that a node uses.</summary>
internal static class Resources
{
    /// <summary>The disk of a node; <c>null</c> if its data is not on a disk of its machine, or cannot be read.</summary>
    public static DiskDocument? Disk(NodeSettings settings)
    {
        if (settings.Store.Journal.File is not { } journal)
            return null;
        try
        {
            var volume = new DriveInfo(Path.GetDirectoryName(journal)!);
            long size = new DirectoryInfo(settings.DataDirectory).EnumerateFiles().Sum(static file => file.Length);
            return new DiskDocument(size, volume.AvailableFreeSpace, volume.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file of the database may go away meanwhile. The next reading finds the others.
            return null;
        }
    }

    /// <summary>The memory of this process.</summary>
    public static MemoryDocument Memory() => new(Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false));
}
