namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>A directory of its own for a spec, gone afterwards.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("raft-sqlite-").FullName;

    public static string operator /(TemporaryDirectory directory, string name) =>
        System.IO.Path.Combine(directory.Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
