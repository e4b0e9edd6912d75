namespace RaftActors.Bench;

/// <summary>A size that something has grown to.</summary>
/// <param name="What">What.</param>
/// <param name="Size">Entries, keys or nodes.</param>
internal sealed record Grown(Growing What, int Size);

/// <summary>A look at the nodes' memory.</summary>
/// <param name="Seconds">When, from the beginning of the measured time.</param>
/// <param name="ResidentMegabytes">The resident memory of the node that had most.</param>
internal sealed record MemorySample(double Seconds, double ResidentMegabytes);

/// <summary>A run of the load.</summary>
/// <param name="Workload">What was run.</param>
/// <param name="Nodes">How many nodes the cluster has.</param>
/// <param name="OneDead">Whether one of them was dead.</param>
/// <param name="Order">The load.</param>
/// <param name="Result">Its figures.</param>
/// <param name="Processes">What the driver, first, and the nodes that ran used.</param>
internal sealed record LoadRun(Workload Workload, int Nodes, bool OneDead, LoadOrder Order, LoadResult Result,
    IReadOnlyList<ProcessUse> Processes)
{
    /// <summary>How large what grows was, in a run that shows how something grows.</summary>
    public Grown? Grown { get; init; }

    /// <summary>The nodes' memory, every ten seconds.</summary>
    public IReadOnlyList<MemorySample> Memory { get; init; } = [];

    /// <summary>
    /// The processor time of all nodes together for an operation. The load of proposals is made inside the leader, and
    /// is part of it.
    /// </summary>
    public double ProcessorMicrosecondsPerOperation => PerOperation(process => process.Cores * 1e6);

    /// <summary>The managed memory that all nodes together allocated for an operation.</summary>
    public double AllocatedBytesPerOperation =>
        PerOperation(process => process.AllocatedMegabytesPerSecond * 1024 * 1024);

    private double PerOperation(Func<ProcessUse, double> use) =>
        Result.OperationsPerSecond > 0 ? Processes.Skip(1).Sum(use) / Result.OperationsPerSecond : 0;
}
