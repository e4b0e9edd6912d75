namespace RaftActors.Bench;

/// <summary>What is measured of many groups.</summary>
internal enum GroupsPart
{
    /// <summary>How long it takes until all groups are led and have applied an entry.</summary>
    Create,

    /// <summary>What idle groups cost.</summary>
    Idle,

    /// <summary>How long a proposal to an idle group takes while other groups install snapshots.</summary>
    Snapshots,

    /// <summary>Proposals a second, by the number of groups that get them.</summary>
    Load,

    /// <summary>When the groups of a killed node are led again.</summary>
    Kill,
}

/// <summary>How many groups are measured.</summary>
internal sealed record GroupsOptions
{
    /// <summary>What is measured.</summary>
    public required IReadOnlyList<GroupsPart> What { get; init; }

    /// <summary>How many groups there are.</summary>
    public required int Groups { get; init; }

    /// <summary>How many groups are created at a time.</summary>
    public required int Together { get; init; }

    /// <summary>How long idle groups are measured, in seconds.</summary>
    public required int IdleSeconds { get; init; }

    /// <summary>How many groups get proposals, for each load. Not more than there are.</summary>
    public required IReadOnlyList<int> Active { get; init; }

    /// <summary>How many clients propose, over all groups.</summary>
    public required int Clients { get; init; }

    /// <summary>How long a load is measured, in seconds.</summary>
    public required int Seconds { get; init; }

    /// <summary>How many groups install a snapshot at the same time.</summary>
    public required int Snapshots { get; init; }

    /// <summary>The size of such a snapshot in MiB.</summary>
    public required int Mebibytes { get; init; }

    /// <summary>The settings of the nodes that differ from their defaults, in HOCON.</summary>
    public required string Settings { get; init; }

    /// <summary>The file to which the results are also written; <c>null</c> for none.</summary>
    public string? JsonFile { get; init; }

    /// <summary>The label of the results in that file.</summary>
    public string? Label { get; init; }

    /// <summary>The directory for the nodes' data; <c>null</c> for that of temporary files.</summary>
    public string? DataDirectory { get; init; }
}

/// <summary>Groups were created, some at a time.</summary>
/// <param name="Groups">How many.</param>
/// <param name="Seconds">The seconds until all of them had a leader.</param>
/// <param name="ProcessorSeconds">The processor time of all nodes until then.</param>
internal sealed record GroupsCreated(int Groups, double Seconds, double ProcessorSeconds)
{
    /// <summary>The seconds until all of them had applied an entry.</summary>
    public required double AppliedSeconds { get; init; }
}

/// <summary>What idle groups cost. Lists have an item for each node.</summary>
/// <param name="Groups">How many groups there are.</param>
/// <param name="Cores">Processor time as a share of a core.</param>
/// <param name="Resident">Resident bytes, after a full collection.</param>
/// <param name="Managed">Bytes of managed objects, after a full collection.</param>
/// <param name="ManagedAGroup">Bytes of managed objects for each group.</param>
/// <param name="Messages">Messages that all nodes together send in a second.</param>
/// <param name="Bytes">The bytes of these messages.</param>
/// <param name="Elections">How many elections began in the measured time.</param>
internal sealed record IdleGroups(int Groups, IReadOnlyList<double> Cores, IReadOnlyList<long> Resident,
    IReadOnlyList<long> Managed, IReadOnlyList<double> ManagedAGroup, double Messages, double Bytes, long Elections);

/// <summary>A node was killed.</summary>
/// <param name="Groups">How many groups there are.</param>
/// <param name="Led">How many of them the killed node led.</param>
/// <param name="LedAgain">How many of these had another leader within the time that they had.</param>
/// <param name="Median">The milliseconds from the kill until half of these had another leader.</param>
/// <param name="Worst">The milliseconds from the kill until all of these had another leader.</param>
/// <param name="RestartSeconds">
/// The seconds from the start of the killed node until it knew the leaders of all groups.
/// </param>
internal sealed record GroupsKill(int Groups, int Led, int LedAgain, double Median, double Worst,
    double RestartSeconds);

/// <summary>A load on some of the groups.</summary>
/// <param name="Groups">How many groups there are.</param>
/// <param name="Active">How many of them got proposals.</param>
/// <param name="Clients">How many clients there were, over all groups.</param>
/// <param name="OperationsPerSecond">Proposals a second that were applied.</param>
/// <param name="Ratio">The same, divided by that of the first load.</param>
/// <param name="P50">The largest of the nodes' medians of the latency, in milliseconds.</param>
/// <param name="P99">The largest of the nodes' p99 of the latency, in milliseconds.</param>
/// <param name="Failures">How many proposals failed.</param>
internal sealed record GroupsLoad(int Groups, int Active, int Clients, double OperationsPerSecond, double Ratio,
    double P50, double P99, long Failures);

/// <summary>Proposals to idle groups, one on each node, before and while other groups install snapshots.</summary>
/// <param name="Groups">How many groups there are.</param>
/// <param name="Snapshots">How many groups install a snapshot.</param>
/// <param name="Mebibytes">The size of each snapshot in MiB.</param>
/// <param name="Seconds">The seconds from the start of the peers that need a snapshot until all had it.</param>
/// <param name="Before">The latencies before, of each node.</param>
/// <param name="Meanwhile">The latencies meanwhile, of each node.</param>
/// <param name="Elections">How many elections began meanwhile.</param>
internal sealed record GroupsSnapshots(int Groups, int Snapshots, int Mebibytes, double Seconds,
    IReadOnlyList<ProbeResult> Before, IReadOnlyList<ProbeResult> Meanwhile, long Elections);
