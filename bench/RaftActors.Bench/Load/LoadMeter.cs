using System.Diagnostics;

namespace RaftActors.Bench;

/// <summary>
/// Runs a load on a cluster, and reads the counters of all processes when the measured time starts and when it ends.
/// </summary>
internal static class LoadMeter
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(10);

    /// <summary>Runs a load.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="leader">The number of the cluster's leader.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="order">The load.</param>
    /// <param name="stop">Ends the run.</param>
    public static async Task<LoadRun> RunAsync(BenchCluster cluster, int leader, Workload workload, LoadOrder order,
        CancellationToken stop)
    {
        var running = workload == Workload.Propose
            ? cluster.ProposeAsync(leader, order, stop)
            : HttpLoad.RunAsync(Targets(cluster, leader, workload), workload, order, stop);
        await Task.Delay(TimeSpan.FromSeconds(order.WarmUpSeconds), stop);
        var driverBefore = NodeCounters.Now(forgetPeak: true);
        var before = await cluster.CountersAsync(forgetPeak: true, stop);
        var memory = await SampleMemoryAsync(cluster, TimeSpan.FromSeconds(order.Seconds), stop);
        var after = await cluster.CountersAsync(forgetPeak: false, stop);
        var driver = ProcessUse.Between("driver", driverBefore, NodeCounters.Now(forgetPeak: false));
        var result = await running;
        var nodes = before.Zip(after,
            (b, a) => ProcessUse.Between(ProcessUse.NameOf(b.Node, b.Node == leader), b.Counters, a.Counters));
        return new LoadRun(workload, cluster.Endpoints.Count, before.Count < cluster.Endpoints.Count, order, result,
            [driver, .. nodes]) { Memory = memory };
    }

    /// <summary>Reads the nodes' memory every ten seconds while the load is measured.</summary>
    private static async Task<IReadOnlyList<MemorySample>> SampleMemoryAsync(BenchCluster cluster, TimeSpan time,
        CancellationToken stop)
    {
        var samples = new List<MemorySample>();
        var since = Stopwatch.StartNew();
        while (time - since.Elapsed is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < SampleInterval ? left : SampleInterval, stop);
            var nodes = await cluster.CountersAsync(forgetPeak: false, stop);
            samples.Add(new MemorySample(since.Elapsed.TotalSeconds,
                nodes.Max(node => node.Counters.ResidentBytes) / (1024.0 * 1024)));
        }
        return samples;
    }

    private static IReadOnlyList<HttpTarget> Targets(BenchCluster cluster, int leader, Workload workload) =>
        workload == Workload.FollowerGet
        ? [.. Enumerable.Range(0, cluster.Endpoints.Count).Where(node => node != leader && cluster.Runs(node))
            .Select(node => cluster.Endpoints[node])]
        : [cluster.Endpoints[leader]];
}
