namespace RaftActors.Bench;

/// <summary>What to compare, and how.</summary>
internal sealed record CompareOptions
{
    /// <summary>The checkout of the other build, or the build.</summary>
    public required string Against { get; init; }

    /// <summary>How often each build runs each part.</summary>
    public required int Alternations { get; init; }

    /// <summary>The parts.</summary>
    public required IReadOnlyList<Compared> What { get; init; }

    /// <summary>The numbers of clients inside the leader.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>The numbers of clients over HTTP.</summary>
    public required IReadOnlyList<int> HttpClients { get; init; }

    /// <summary>How long each number of clients is measured.</summary>
    public required double Seconds { get; init; }

    /// <summary>How long it goes on before.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>How long nodes that are idle, or at half load, are measured, and how long they run before.</summary>
    public required double UseSeconds { get; init; }

    /// <summary>
    /// Half load in operations a second; <c>null</c> for half of what the other build does with 256 clients.
    /// </summary>
    public required double? HalfRate { get; init; }

    /// <summary>How many leaders a run of failover kills, and one of restart stops.</summary>
    public required int Trials { get; init; }

    /// <summary>How many entries the log has that a node starts with.</summary>
    public required int Entries { get; init; }

    /// <summary>Where the figures go besides.</summary>
    public required string? JsonFile { get; init; }

    /// <summary>What they are called there.</summary>
    public required string? Label { get; init; }

    /// <summary>The directory that holds the nodes' data; <c>null</c> for that of temporary files.</summary>
    public required string? DataDirectory { get; init; }

    /// <summary>Where the nodes of this build keep their journals; those of the other have its default.</summary>
    public required string Journal { get; init; }

    /// <summary>Settings of the nodes of this build alone.</summary>
    public required string Settings { get; init; }
}
