using System.ComponentModel;
using System.Runtime.InteropServices;
using RaftActors.Backups;

namespace RaftNode.Host.Backups;

/// <summary>Writes a backup so that a file of its name is complete, verified and on the disk.</summary>
internal static class DurableFile
{
    // EINVAL in errno.h: the file system has nothing to flush for a directory.
    private const int InvalidArgument = 22;

    /// <summary>
    /// Writes a backup under another name, flushes the file to the disk, and verifies the file. Then gives the file its
    /// name, and flushes the directory. The file under the other name is deleted if anything of this fails.
    /// </summary>
    /// <param name="file">The path of the backup.</param>
    /// <param name="partial">The path of the file that is written. It must not exist.</param>
    /// <param name="replaces">Whether an existing file is replaced.</param>
    /// <param name="write">Writes the backup to a stream.</param>
    /// <returns>The verified backup.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    /// <exception cref="BackupException">What was written is not an undamaged backup.</exception>
    public static async Task<NodeBackupFile> WriteAsync(
        string file, string partial, bool replaces, Func<Stream, Task> write)
    {
        // A file that another process writes is not deleted.
        var target = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            await using (target)
            {
                await write(target);
                target.Flush(flushToDisk: true);
            }
            var backup = NodeBackupFile.Open(partial);
            File.Move(partial, file, replaces);
            FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            return backup;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Makes the names of the files in a directory durable. Windows does this by itself.</summary>
    /// <exception cref="IOException">The directory cannot be flushed.</exception>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(directory, 0);
        if (handle < 0)
            throw Failure(directory);
        try
        {
            if (Flush(handle) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
                throw Failure(directory);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failure(string directory)
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"The directory {directory} cannot be flushed to its disk: {cause.Message}.", cause);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
