namespace RaftActors.Bench;

/// <summary>How the nodes of a run are run.</summary>
/// <param name="DataDirectory">The directory that holds their data; <c>null</c> for that of temporary files.</param>
/// <param name="Settings">Their settings that differ from the defaults, in HOCON.</param>
internal sealed record ClusterOptions(string? DataDirectory, string Settings);
