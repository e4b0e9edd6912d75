using System.Globalization;

namespace RaftActors.Bench;

/// <summary>The load to offer.</summary>
/// <param name="Workload">Proposals inside the leader, or a workload over HTTP.</param>
/// <param name="Times">The load as a multiple of what the nodes can do.</param>
/// <param name="Rate">The load in operations a second, in place of a multiple.</param>
/// <param name="Clients">The number of closed-loop clients that find out what the nodes can do.</param>
/// <param name="Connections">Over HTTP, the number of connections for the overload.</param>
/// <param name="Seconds">How long the overload goes on, in seconds.</param>
internal sealed record OverloadOptions(Workload Workload, double Times, double? Rate, int Clients, int Connections,
    double Seconds);

/// <summary>
/// Offers a cluster more than it can take: first it measures the capacity, then it offers a multiple of it at a rate,
/// whatever the answers, and then it measures the capacity again. The cluster should refuse early and clearly what it
/// cannot take, keep its memory within bounds, and be as fast as before afterwards.
/// </summary>
internal static class OverloadBench
{
    private const int Slices = 15;
    private const double BackAt = 0.9;

    /// <summary>Measures and prints the results.</summary>
    /// <param name="options">The load to offer.</param>
    /// <param name="file">The file to which the results are also written.</param>
    /// <param name="label">The label of the results in that file.</param>
    /// <param name="nodes">How the nodes are run.</param>
    /// <param name="stop">Ends the run.</param>
    public static async Task<int> RunAsync(OverloadOptions options, string? file, string? label, ClusterOptions nodes,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Three nodes: what they can do, "
                + $"{(options.Rate is { } rate ? $"{rate:0} a second" : $"{options.Times:0.#} times as much")} for "
                + $"{options.Seconds:0.#} s, and what they can do afterwards"));
        LoadTable.PrintColumns();
        await using var cluster = await BenchCluster.StartAsync(3, nodes, stop);
        var leader = await cluster.SettledAsync(stop);
        if (options.Workload is not (Workload.Propose or Workload.Put))
            await HttpLoad.FillAsync(cluster.Endpoints[leader], 256, stop);
        var runs = new List<LoadRun>();

        var before = await RunAsync(new LoadOrder(options.Clients, 3, 5, 256));
        var over = await RunAsync(new LoadOrder(options.Connections, 0, options.Seconds, 256,
            options.Rate ?? (before.Result.OperationsPerSecond * options.Times)));
        // Each slice runs on its own: the load has just ended with the answer to its last operation.
        var slices = 0;
        LoadRun after;
        do
        {
            after = await RunAsync(new LoadOrder(options.Clients, 0, 1, 256));
        }
        while (++slices < Slices && after.Result.OperationsPerSecond < BackAt * before.Result.OperationsPerSecond);

        PrintSummary(before, over, after, slices);
        await Results.AppendAsync(file, "overload", label, runs);
        var isBack = after.Result.OperationsPerSecond >= BackAt * before.Result.OperationsPerSecond;
        return isBack && over.Result.Unanswered == 0 && over.Result.RefusedWithoutAdvice == 0 ? 0 : 1;

        async Task<LoadRun> RunAsync(LoadOrder order)
        {
            var run = await LoadMeter.RunAsync(cluster, leader, options.Workload, order, stop);
            LoadTable.Print(run);
            runs.Add(run);
            if (run.Result.Reasons.Count > 0 && await cluster.SettledAsync(stop) is var now && now != leader)
            {
                Console.WriteLine($"  node{leader + 1} lost its leadership to node{now + 1} during this run.");
                leader = now;
            }
            return run;
        }
    }

    private static void PrintSummary(LoadRun before, LoadRun over, LoadRun after, int slices)
    {
        var result = over.Result;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"offered {over.Order.Rate:0}/s, done {result.OperationsPerSecond:0}/s with p99 {result.P99:0} ms; "
                + $"{result.Refused} refused with p99 {result.RefusedP99:0} ms, {result.RefusedWithoutAdvice} of them "
                + $"without Retry-After"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Failures - result.Refused - result.Unanswered} failed otherwise{Reasons(result)}, "
                + $"{result.Unanswered} were not answered"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"most resident memory of a node: {Most(before):0} MB before, {Most(over):0} MB meanwhile, {Most(after):0} "
                + $"MB afterwards"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{before.Result.OperationsPerSecond:0}/s before, {after.Result.OperationsPerSecond:0}/s in second "
                + $"{slices} after the load stopped"));
    }

    private static string Reasons(LoadResult result) =>
        result.Reasons.Count == 0
            ? ""
            : $" ({string.Join(", ", result.Reasons.Select(reason => $"{reason.Key} {reason.Value}"))})";

    private static double Most(LoadRun run) => run.Processes.Skip(1).Max(process => process.PeakMegabytes);
}
