namespace RaftActors.Tests;

/// <summary>The clone of the repository in which the specs run.</summary>
internal static class Repository
{
    /// <summary>The folder with RaftActors.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Whether this is Release or Debug, as the folder of the artifacts says.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory).Name.Equals("release", StringComparison.OrdinalIgnoreCase)
            ? "Release"
            : "Debug";

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RaftActors.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException($"No RaftActors.sln above {AppContext.BaseDirectory}: these specs "
                + "run in a clone of the repository.");
    }
}
