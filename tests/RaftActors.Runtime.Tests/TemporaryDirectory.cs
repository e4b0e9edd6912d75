namespace RaftActors.Runtime.Tests;

/// <summary>A directory of its own for a test, gone afterwards.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("raftactors-").FullName;

    public static string operator /(TemporaryDirectory directory, string name) => System.IO.Path.Combine(directory.Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
