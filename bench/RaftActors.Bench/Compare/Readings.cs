using System.Globalization;
using System.Text.RegularExpressions;

namespace RaftActors.Bench;

/// <summary>Makes readings from the output of a bench program.</summary>
internal static partial class Readings
{
    /// <summary>Operations a second, latencies and what an operation costs, for each number of clients.</summary>
    public static IReadOnlyList<Reading> OfLoad(BenchOutput output) => [.. Runs(output).SelectMany(OfLoad)];

    /// <summary>
    /// Memory and processor time of nodes that are idle, or at a rate. The values are those of the node that uses most.
    /// </summary>
    /// <param name="what">What the nodes do.</param>
    /// <param name="output">What the program wrote.</param>
    public static IReadOnlyList<Reading> OfUse(string what, BenchOutput output) =>
        [.. Runs(output).SelectMany(run => OfUse(what, run))];

    /// <summary>The median and the longest time from the kill of a leader to the next write, over all trials.</summary>
    public static IReadOnlyList<Reading> OfFailover(BenchOutput output)
    {
        var times = output.Results.Select(line => Results.Of<FailoverTrial>(line).Milliseconds).ToList();
        return [Shorter("failover", "ms", Comparison.Median(times)), Shorter("failover, longest", "ms", times.Max())];
    }

    /// <summary>
    /// The medians of the longest gap between two writes, and of the time that a leader takes to stop.
    /// </summary>
    public static IReadOnlyList<Reading> OfRestart(BenchOutput output)
    {
        var trials = output.Results.Select(Results.Of<RestartTrial>).ToList();
        return
        [
            Shorter("restart", "ms", Comparison.Median([.. trials.Select(trial => trial.LongestGap)])),
            Shorter("restart, time to stop", "ms",
                Comparison.Median([.. trials.Select(trial => trial.StopMilliseconds)])),
        ];
    }

    /// <summary>The time, memory and processor time of a start, from the lines that the program printed.</summary>
    /// <exception cref="BenchException">The lines are missing.</exception>
    public static IReadOnlyList<Reading> OfRecovery(BenchOutput output)
    {
        var matches = RecoveryLine().Matches(output.Printed);
        return matches.Count > 0
            ? [.. matches.SelectMany(OfRecovery)]
            : throw new BenchException($"The output of recovery has no line with a time in seconds:\n{output.Printed}");
    }

    private static IEnumerable<LoadRun> Runs(BenchOutput output) => output.Results.Select(Results.Of<LoadRun>);

    private static IEnumerable<Reading> OfLoad(LoadRun run)
    {
        var name = $"{run.Workload.ToString().ToLowerInvariant()} C={run.Order.Clients}";
        return
        [
            new Reading(name, "ops/s", Better.Higher, run.Result.OperationsPerSecond),
            Shorter($"{name}, p50", "ms", run.Result.P50),
            Shorter($"{name}, p99", "ms", run.Result.P99),
            Shorter($"{name}, processor time", "us/op", run.ProcessorMicrosecondsPerOperation),
            Shorter($"{name}, allocated", "B/op", run.AllocatedBytesPerOperation),
        ];
    }

    private static IEnumerable<Reading> OfUse(string what, LoadRun run)
    {
        var nodes = run.Processes.Skip(1).ToList();
        return
        [
            Shorter($"{what} resident", "MiB", nodes.Max(node => node.ResidentMegabytes)),
            Shorter($"{what}, most resident", "MiB", nodes.Max(node => node.PeakMegabytes)),
            Shorter($"{what} processor", "% core", nodes.Max(node => node.Cores) * 100),
        ];
    }

    private static IEnumerable<Reading> OfRecovery(Match line)
    {
        var what = $"recovery {line.Groups["what"].Value}";
        return
        [
            Shorter(what, "s", Number(line, "seconds")),
            Shorter($"{what}, resident", "MiB", Number(line, "resident")),
            Shorter($"{what}, processor", "s", Number(line, "processor")),
        ];
    }

    private static Reading Shorter(string figure, string unit, double value) => new(figure, unit, Better.Lower, value);

    private static double Number(Match line, string group) =>
        double.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<what>with(out)? a snapshot): (?<seconds>[0-9.]+) s, "
        + @"(?<resident>[0-9]+) MiB resident, (?<processor>[0-9.]+) s of processor time\r?$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RecoveryLine();
}
