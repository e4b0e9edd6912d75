namespace RaftActors.Bench;

/// <summary>What is run.</summary>
internal enum Workload
{
    /// <summary>Proposals inside the leader's process.</summary>
    Propose,

    /// <summary>Puts over HTTP, from a process of its own, to the leader.</summary>
    Put,

    /// <summary>Linearizable gets over HTTP, likewise.</summary>
    Get,
}

/// <summary>What one run gave. Latencies are in milliseconds.</summary>
internal sealed record LoadResult(double OperationsPerSecond, double P50, double P99, double P999, double Max, long Failures)
{
    /// <summary>Makes the result of a run.</summary>
    public static LoadResult Of(LatencyHistogram latencies, double seconds, long failures) =>
        new(latencies.Count / seconds, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999), latencies.MaxMilliseconds, failures);
}

/// <summary>What a process used during a run.</summary>
/// <param name="Name">The process.</param>
/// <param name="Cores">Processor time over time: 1 is one core.</param>
/// <param name="ResidentMegabytes">Its resident memory at the end.</param>
internal sealed record ProcessUse(string Name, double Cores, double ResidentMegabytes);

/// <summary>A line of the report.</summary>
internal sealed record LoadRun(Workload Workload, int Clients, LoadResult Result, IReadOnlyList<ProcessUse> Processes);
