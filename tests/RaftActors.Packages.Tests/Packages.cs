namespace RaftActors.Packages.Tests;

/// <summary>The packages that this repository makes.</summary>
internal static class Packages
{
    public static readonly string[] Names =
    [
        "RaftActors",
        "RaftActors.Cluster",
        "RaftActors.Coordination",
        "RaftActors.Hosting",
        "RaftActors.Persistence.Sqlite",
        "RaftActors.TestKit",
    ];
}
