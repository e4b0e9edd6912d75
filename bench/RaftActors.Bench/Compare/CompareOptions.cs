namespace RaftActors.Bench;

/// <summary>The options of a comparison.</summary>
internal sealed record CompareOptions
{
    /// <summary>The checkout of the other build, or the directory of the build.</summary>
    public required string Against { get; init; }

    /// <summary>How often each build runs each part.</summary>
    public required int Alternations { get; init; }

    /// <summary>The parts to compare.</summary>
    public required IReadOnlyList<Compared> What { get; init; }

    /// <summary>The numbers of clients inside the leader.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>The numbers of clients over HTTP.</summary>
    public required IReadOnlyList<int> HttpClients { get; init; }

    /// <summary>How long each number of clients is measured.</summary>
    public required double Seconds { get; init; }

    /// <summary>How long each number of clients runs before it is measured.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>
    /// How long nodes that are idle, or at half load, are measured, and how long they run before that.
    /// </summary>
    public required double UseSeconds { get; init; }

    /// <summary>
    /// The half load in operations a second; <c>null</c> for half of what the other build does with 256 clients.
    /// </summary>
    public required double? HalfRate { get; init; }

    /// <summary>How many leaders a run of failover kills, and how many leaders a run of restart stops.</summary>
    public required int Trials { get; init; }

    /// <summary>How many entries the log has from which a node starts.</summary>
    public required int Entries { get; init; }

    /// <summary>The file to which the results are also written.</summary>
    public required string? JsonFile { get; init; }

    /// <summary>The label of the results in that file.</summary>
    public required string? Label { get; init; }

    /// <summary>The directory for the nodes' data; <c>null</c> for the directory of temporary files.</summary>
    public required string? DataDirectory { get; init; }

    /// <summary>The journal of this build's nodes. The other build's nodes have their default.</summary>
    public required string Journal { get; init; }

    /// <summary>The settings of this build's nodes only.</summary>
    public required string Settings { get; init; }
}
