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

    /// <summary>Linearizable gets over HTTP at the followers.</summary>
    FollowerGet,

    /// <summary>Nine gets and a put, on average, at the leader.</summary>
    Mix,
}

/// <summary>What one run gave. Latencies are in milliseconds, of the operations that were done.</summary>
internal sealed record LoadResult(double OperationsPerSecond, double P50, double P99, double P999, double Max, long Failures)
{
    /// <summary>The latency that nine of ten operations do not exceed.</summary>
    public double P90 { get; init; }

    /// <summary>How many operations were refused because the node had too much to do. They are among the failures.</summary>
    public long Refused { get; init; }

    /// <summary>Those of them that do not say when to try again.</summary>
    public long RefusedWithoutAdvice { get; init; }

    /// <summary>The latency of refusals that 99 of 100 do not exceed.</summary>
    public double RefusedP99 { get; init; }

    /// <summary>How many operations had no answer long after the load had ended. They are among the failures.</summary>
    public long Unanswered { get; init; }

    /// <summary>How many failed otherwise, by what was answered.</summary>
    public IReadOnlyDictionary<string, long> Reasons { get; init; } = new Dictionary<string, long>();

    /// <summary>Makes the result of a run.</summary>
    public static LoadResult Of(LatencyHistogram latencies, double seconds, long failures) => Make(latencies, latencies.Count / seconds, failures);

    /// <summary>Makes the result of a run.</summary>
    public static LoadResult Of(LoadTally tally, double seconds) => Make(tally.Latencies, tally.Done / seconds, tally.Failures + tally.Refusals.Count + tally.Unanswered) with
    {
        Refused = tally.Refusals.Count,
        RefusedP99 = tally.Refusals.Percentile(0.99),
        RefusedWithoutAdvice = tally.RefusedWithoutAdvice,
        Unanswered = tally.Unanswered,
        Reasons = tally.Reasons,
    };

    private static LoadResult Make(LatencyHistogram latencies, double operationsPerSecond, long failures) =>
        new(operationsPerSecond, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999), latencies.MaxMilliseconds, failures) { P90 = latencies.Percentile(0.9) };
}
