namespace RaftActors.Bench;

/// <summary>A size that something has grown to.</summary>
/// <param name="What">What has grown.</param>
/// <param name="Size">The size in entries, keys or nodes.</param>
internal sealed record Grown(Growing What, int Size);

/// <summary>A sample of the nodes' memory.</summary>
/// <param name="Seconds">When the sample was taken, in seconds of the measured time.</param>
/// <param name="ResidentMegabytes">The resident memory of the node with the most, in megabytes.</param>
internal sealed record MemorySample(double Seconds, double ResidentMegabytes);

/// <summary>A run of a load.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Nodes">The number of nodes in the cluster.</param>
/// <param name="OneDead">Whether one of the nodes was dead.</param>
/// <param name="Order">The load.</param>
/// <param name="Result">The figures of the run.</param>
/// <param name="Processes">What the driver, listed first, and the running nodes used.</param>
internal sealed record LoadRun(Workload Workload, int Nodes, bool OneDead, LoadOrder Order, LoadResult Result,
    IReadOnlyList<ProcessUse> Processes)
{
    /// <summary>The present size, in a run that shows how something grows.</summary>
    public Grown? Grown { get; init; }

    /// <summary>The nodes' memory every ten seconds.</summary>
    public IReadOnlyList<MemorySample> Memory { get; init; } = [];

    /// <summary>
    /// The processor time of all nodes together for one operation. The load of proposals is made inside the leader, so
    /// its time is included.
    /// </summary>
    public double ProcessorMicrosecondsPerOperation => PerOperation(process => process.Cores * 1e6);

    /// <summary>The managed memory that all nodes together allocated for one operation.</summary>
    public double AllocatedBytesPerOperation =>
        PerOperation(process => process.AllocatedMegabytesPerSecond * 1024 * 1024);

    private double PerOperation(Func<ProcessUse, double> use) =>
        Result.OperationsPerSecond > 0 ? Processes.Skip(1).Sum(use) / Result.OperationsPerSecond : 0;
}
