using RaftNode.Host.Dev;

namespace RaftActors.Bench;

/// <summary>How the nodes of a run are run.</summary>
/// <param name="DataDirectory">
/// The directory for the nodes' data; <c>null</c> for the directory of temporary files.
/// </param>
/// <param name="Journal">The journal of the nodes.</param>
/// <param name="Settings">The settings of the nodes that differ from the defaults, in HOCON.</param>
/// <param name="Tls">Whether the nodes and their clients use TLS, and clients send tokens.</param>
internal sealed record ClusterOptions(string? DataDirectory, JournalChoice Journal, string Settings, bool Tls = false)
{
    /// <summary>The settings of a cluster that must be empty when it starts.</summary>
    /// <remarks>
    /// A database server keeps the journals of former runs. A group with another name has no journal there.
    /// </remarks>
    public string SettingsOfRun() =>
        Journal == JournalChoice.Postgresql ? $"raft.group = bench-{Guid.NewGuid():n}\n{Settings}\n" : $"{Settings}\n";
}
