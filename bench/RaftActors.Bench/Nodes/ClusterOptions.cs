using RaftNode.Host.Dev;

namespace RaftActors.Bench;

/// <summary>How the nodes of a run are run.</summary>
/// <param name="DataDirectory">The directory that holds their data; <c>null</c> for that of temporary files.</param>
/// <param name="Journal">Where they keep their journals and snapshots.</param>
/// <param name="Settings">Their settings that differ from the defaults, in HOCON.</param>
internal sealed record ClusterOptions(string? DataDirectory, JournalChoice Journal, string Settings)
{
    /// <summary>The settings of a cluster that is to be empty when it starts.</summary>
    /// <remarks>A database server keeps the journals of former runs: a group of another name has none there.</remarks>
    public string SettingsOfRun() =>
        Journal == JournalChoice.Postgresql ? $"raft.group = bench-{Guid.NewGuid():n}\n{Settings}\n" : $"{Settings}\n";
}
