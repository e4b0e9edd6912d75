namespace RaftNode.Host.Node;

/// <summary>A directory for files that are needed only for a short time.</summary>
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
            // A file is still open, on Windows. The system's clean-up of temporary files removes it later.
        }
    }
}
