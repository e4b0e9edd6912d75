namespace RaftActors.Bench;

/// <summary>A run of the load.</summary>
/// <param name="Workload">What was run.</param>
/// <param name="Nodes">How many nodes the cluster has.</param>
/// <param name="OneDead">Whether one of them was dead.</param>
/// <param name="Order">The load.</param>
/// <param name="Result">Its figures.</param>
/// <param name="Processes">What the driver, first, and the nodes that ran used.</param>
internal sealed record LoadRun(Workload Workload, int Nodes, bool OneDead, LoadOrder Order, LoadResult Result, IReadOnlyList<ProcessUse> Processes)
{
    /// <summary>How many keys the store had before, in a run that shows how it grows; otherwise 0.</summary>
    public long Keys { get; init; }

    /// <summary>How many entries the log had then.</summary>
    public long Entries { get; init; }

    /// <summary>The processor time of all nodes together for an operation. The load of proposals is made inside the leader, and is part of it.</summary>
    public double ProcessorMicrosecondsPerOperation => PerOperation(process => process.Cores * 1e6);

    /// <summary>The managed memory that all nodes together allocated for an operation.</summary>
    public double AllocatedBytesPerOperation => PerOperation(process => process.AllocatedMegabytesPerSecond * 1024 * 1024);

    private double PerOperation(Func<ProcessUse, double> use) => Result.OperationsPerSecond > 0 ? Processes.Skip(1).Sum(use) / Result.OperationsPerSecond : 0;
}
