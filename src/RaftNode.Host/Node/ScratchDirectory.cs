namespace RaftNode.Host.Node;

/// <summary>A directory for files that are needed for a moment.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    /// <summary>The directory's full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("raftnode-").FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A file that is still open on Windows: the system's clean-up of temporary files takes it.
        }
    }
}
