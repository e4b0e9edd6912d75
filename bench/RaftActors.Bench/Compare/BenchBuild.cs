using System.Diagnostics;

namespace RaftActors.Bench;

/// <summary>A build of this program: the running one, or one of another commit.</summary>
/// <param name="Program">The path of its executable.</param>
/// <param name="Version">The version of the build, with the commit; empty if the build does not say it.</param>
internal sealed record BenchBuild(string Program, string Version)
{
    private const string Name = "RaftActors.Bench";

    private static readonly string Executable = OperatingSystem.IsWindows() ? $"{Name}.exe" : Name;

    /// <summary>The build of the running program.</summary>
    public static BenchBuild Own => At(AppContext.BaseDirectory);

    /// <summary>Finds the build of a checkout, or takes a directory that is a build itself.</summary>
    /// <param name="directory">The checkout, or the directory with the program.</param>
    /// <exception cref="BenchException">The directory does not exist, or has no Release build.</exception>
    public static BenchBuild Find(string directory)
    {
        if (!Directory.Exists(directory))
            throw new BenchException($"--against {directory}: there is no such directory.");
        var builds = Places(directory).Where(place => File.Exists(Path.Combine(place, Executable))).ToList();
        if (builds.Count == 0)
        {
            throw new BenchException($"--against {directory}: there is no Release build of {Name} in it. "
                + $"Build it there with: dotnet build -c Release {Path.Combine("bench", Name)}");
        }
        return At(builds.MaxBy(place => File.GetLastWriteTimeUtc(Path.Combine(place, $"{Name}.dll")))!);
    }

    /// <summary>
    /// The places where a checkout may have its builds: below artifacts. In former commits, each runtime has a
    /// directory of its own.
    /// </summary>
    private static IEnumerable<string> Places(string directory)
    {
        var artifacts = Path.Combine(directory, "artifacts");
        IEnumerable<string> roots = Directory.Exists(artifacts)
            ? [artifacts, .. Directory.EnumerateDirectories(artifacts)]
            : [];
        return [directory, .. roots.Select(root => Path.Combine(root, "bin", Name, "release"))];
    }

    private static BenchBuild At(string place) => new(
        Path.GetFullPath(Path.Combine(place, Executable)),
        FileVersionInfo.GetVersionInfo(Path.Combine(place, $"{Name}.dll")).ProductVersion ?? "");
}
