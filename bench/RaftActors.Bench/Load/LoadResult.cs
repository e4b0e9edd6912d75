using System.Diagnostics;
using RaftNode.Host.Commands.Load;

namespace RaftActors.Bench;

/// <summary>The workloads.</summary>
internal enum Workload
{
    /// <summary>Proposals inside the leader's process.</summary>
    Propose,

    /// <summary>Puts over HTTP, from a process of its own, to the leader.</summary>
    Put,

    /// <summary>Linearizable gets over HTTP, from a process of its own, to the leader.</summary>
    Get,

    /// <summary>Linearizable gets over HTTP, to the followers.</summary>
    FollowerGet,

    /// <summary>Nine gets to a put, on average, over HTTP to the leader.</summary>
    Mix,
}

/// <summary>The result of one run. Latencies are in milliseconds, of the operations that were done.</summary>
internal sealed record LoadResult(double OperationsPerSecond, double P50, double P99, double P999, double Max,
    long Failures)
{
    /// <summary>The latency that nine of ten operations do not exceed.</summary>
    public double P90 { get; init; }

    /// <summary>The latency that 9,999 of 10,000 operations do not exceed.</summary>
    public double P9999 { get; init; }

    /// <summary>
    /// For each second of the run: how many of the operations due in that second were done, and the longest of their
    /// latencies.
    /// </summary>
    public IReadOnlyList<SecondOfLoad> Seconds { get; init; } = [];

    /// <summary>
    /// The number of operations that were refused because the node had too much to do. They are among the failures.
    /// </summary>
    public long Refused { get; init; }

    /// <summary>The number of refused operations whose answer does not say when to try again.</summary>
    public long RefusedWithoutAdvice { get; init; }

    /// <summary>The latency that 99 of 100 refusals do not exceed.</summary>
    public double RefusedP99 { get; init; }

    /// <summary>
    /// The number of operations without an answer long after the load had ended. They are among the failures.
    /// </summary>
    public long Unanswered { get; init; }

    /// <summary>The number of other failures, by their answer.</summary>
    public IReadOnlyDictionary<string, long> Reasons { get; init; } = new Dictionary<string, long>();

    /// <summary>Makes the result of a run.</summary>
    public static LoadResult Of(LatencyHistogram latencies, double seconds, long failures) =>
        Make(latencies, latencies.Count / seconds, failures);

    /// <summary>Makes the result of a run.</summary>
    public static LoadResult Of(LoadTally tally, double seconds) =>
        Make(tally.Latencies, tally.Done / seconds, tally.Failures + tally.Refusals.Count + tally.Unanswered) with
    {
        Refused = tally.Refusals.Count,
        RefusedP99 = tally.Refusals.Percentile(0.99),
        RefusedWithoutAdvice = tally.RefusedWithoutAdvice,
        Unanswered = tally.Unanswered,
        Reasons = tally.Reasons,
        Seconds = [.. tally.Started.Zip(tally.Longest,
            (done, longest) => new SecondOfLoad(done, longest * 1000.0 / Stopwatch.Frequency))],
    };

    private static LoadResult Make(LatencyHistogram latencies, double operationsPerSecond, long failures) =>
        new(operationsPerSecond, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999),
            latencies.MaxMilliseconds, failures)
        {
            P90 = latencies.Percentile(0.9),
            P9999 = latencies.Percentile(0.9999),
        };
}

/// <summary>A second of a run.</summary>
/// <param name="Done">The number of operations due in the second that were done.</param>
/// <param name="Longest">The longest of their latencies, in milliseconds.</param>
internal sealed record SecondOfLoad(long Done, double Longest);
