namespace RaftNode.Host.Node;

/// <summary>
/// A node's directory, which is locked while the node runs. Two processes on one journal would break each other's
/// promises.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    // The operating systems' error code for a file that another process has locked.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = 32;

    // Their error codes for a disk without space: ENOSPC, EDQUOT of Linux and of macOS, ERROR_DISK_FULL.
    private static readonly int[] NoSpace = OperatingSystem.IsWindows() ? [112] : [28, 122, 69];

    private readonly FileStream _lock;

    private DataDirectory(FileStream @lock) => _lock = @lock;

    /// <summary>
    /// Makes the directory if necessary and locks it. The operating system releases the lock however the process ends.
    /// </summary>
    /// <exception cref="NodeStartException">
    /// The directory cannot be made or written, or another process holds it.
    /// </exception>
    public static DataDirectory Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the data directory {path} cannot be made: {Why(e)}", e);
        }
        var file = Path.Combine(path, "lock");
        try
        {
            var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            stream.SetLength(0);
            stream.Write(System.Text.Encoding.UTF8.GetBytes($"{Environment.ProcessId}\n"));
            stream.Flush();
            return new DataDirectory(stream);
        }
        catch (IOException e) when ((e.HResult & 0xffff) is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            throw new NodeStartException($"the data directory {path} is in use by another process", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the data directory {path} cannot be written: {Why(e)}", e);
        }
    }

    private static string Why(Exception e) => NoSpace.Contains(e.HResult & 0xffff)
        ? "the disk is full. Free some space on it"
        : e.Message;

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
