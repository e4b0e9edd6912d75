using System.Globalization;

namespace RaftActors.Bench;

/// <summary>The things that can grow.</summary>
internal enum Growing
{
    /// <summary>The number of entries that were written.</summary>
    Log,

    /// <summary>The number of keys.</summary>
    Store,

    /// <summary>The number of nodes.</summary>
    Cluster,
}

/// <summary>What grows, and what to measure at each size.</summary>
/// <param name="What">What grows.</param>
/// <param name="Sizes">The numbers of entries, or of keys.</param>
/// <param name="Nodes">The sizes of clusters.</param>
/// <param name="Clients">The number of clients.</param>
/// <param name="Bytes">The size of a command or value in bytes.</param>
/// <param name="WarmUpSeconds">How long each run goes on before it is measured, in seconds.</param>
/// <param name="Seconds">How long each run is measured, in seconds.</param>
/// <param name="Snapshots">Whether nodes take snapshots as they do by default.</param>
internal sealed record GrowthOptions(
    IReadOnlyList<Growing> What, IReadOnlyList<int> Sizes, IReadOnlyList<int> Nodes, int Clients, int Bytes,
    double WarmUpSeconds, double Seconds, bool Snapshots);

/// <summary>Throughput and memory as the log, the store and the cluster grow.</summary>
internal static class GrowthBench
{
    private const string NoSnapshots = "raft.snapshot { entries = 1000000000, bytes = 1 TiB }\n";

    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(GrowthOptions options, string? file, string? label, ClusterOptions nodes,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine($"{options.Clients} clients, {options.Bytes} bytes, "
            + $"{(options.Snapshots ? "default snapshots" : "no snapshots")}");
        var runs = new List<LoadRun>();
        foreach (var what in options.What)
        {
            Console.WriteLine();
            Console.WriteLine(what switch { Growing.Log => "entries      ", Growing.Store => "keys         ",
                _ => "nodes        " }
                + "workload         ops/s   p50 ms   p99 ms  failed  us/op   B/op   MB of the leader, most of a "
                + "follower");
            await foreach (var run in Runs(options, what, nodes, stop))
            {
                Print(run);
                runs.Add(run);
            }
        }
        await Results.AppendAsync(file, "growth", label, runs);
        return 0;
    }

    private static IAsyncEnumerable<LoadRun> Runs(GrowthOptions options, Growing what, ClusterOptions nodes,
        CancellationToken stop) => what switch
    {
        Growing.Log => LogAsync(options, nodes, stop),
        Growing.Store => StoreAsync(options, nodes, stop),
        _ => ClusterAsync(options, nodes, stop),
    };

    private static async IAsyncEnumerable<LoadRun> LogAsync(
        GrowthOptions options, ClusterOptions nodes,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using var cluster = await BenchCluster.StartAsync(3, nodes, stop, Settings(options));
        foreach (var size in options.Sizes.Order())
        {
            var leader = await cluster.SettledAsync(stop);
            while ((await cluster.StatusAsync(leader, stop))?.LastIndex is not { } last || last < size)
                await cluster.ProposeAsync(leader, new LoadOrder(256, 0, 0.5, options.Bytes), stop);
            yield return await MeasureAsync(cluster, options, Workload.Propose, new Grown(Growing.Log, size), stop);
        }
    }

    private static async IAsyncEnumerable<LoadRun> StoreAsync(
        GrowthOptions options, ClusterOptions nodes,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using var cluster = await BenchCluster.StartAsync(3, nodes, stop, Settings(options));
        var keys = 0;
        foreach (var size in options.Sizes.Order())
        {
            var leader = await cluster.SettledAsync(stop);
            await HttpLoad.FillAsync(cluster.Endpoints[leader], keys, size - keys, options.Bytes, stop);
            keys = size;
            yield return await MeasureAsync(cluster, options, Workload.Put, new Grown(Growing.Store, size), stop);
            yield return await MeasureAsync(cluster, options, Workload.Get, new Grown(Growing.Store, size), stop);
        }
    }

    private static async IAsyncEnumerable<LoadRun> ClusterAsync(
        GrowthOptions options, ClusterOptions nodes,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var count in options.Nodes)
        {
            await using var cluster = await BenchCluster.StartAsync(count, nodes, stop, Settings(options));
            yield return await MeasureAsync(cluster, options, Workload.Propose, new Grown(Growing.Cluster, count),
                stop);
        }
    }

    private static async Task<LoadRun> MeasureAsync(BenchCluster cluster, GrowthOptions options, Workload workload,
        Grown grown, CancellationToken stop)
    {
        var leader = await cluster.SettledAsync(stop);
        var order = new LoadOrder(options.Clients, options.WarmUpSeconds, options.Seconds,
            options.Bytes) { Keys = grown.What == Growing.Store ? grown.Size : HttpLoad.Keys };
        return await LoadMeter.RunAsync(cluster, leader, workload, order, stop) with { Grown = grown };
    }

    private static string Settings(GrowthOptions options) => options.Snapshots ? "" : NoSnapshots;

    private static void Print(LoadRun run)
    {
        var result = run.Result;
        var leader = run.Processes.First(process => process.IsLeader).PeakMegabytes;
        var follower = run.Processes.Skip(1).Where(process => !process.IsLeader).Max(process => process.PeakMegabytes);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{run.Grown!.Size,-12:#,0} {run.Workload.ToString().ToLowerInvariant(),-11} "
                + $"{result.OperationsPerSecond,10:0} {result.P50,8:0.00} {result.P99,8:0.00} {result.Failures,7} "
                + $"{run.ProcessorMicrosecondsPerOperation,6:0.0} {run.AllocatedBytesPerOperation,6:0}   {leader:0}, "
                + $"{follower:0}"));
        LoadTable.PrintReasons(result);
    }
}
