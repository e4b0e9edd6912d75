namespace RaftActors.Bench;

/// <summary>Runs a load on a cluster, and looks at the counters of all processes when its measured time starts and when it ends.</summary>
internal static class LoadMeter
{
    /// <summary>Runs it.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="leader">Its leader.</param>
    /// <param name="workload">What is run.</param>
    /// <param name="order">How much of it.</param>
    /// <param name="stop">Ends the run.</param>
    public static async Task<LoadRun> RunAsync(BenchCluster cluster, int leader, Workload workload, LoadOrder order, CancellationToken stop)
    {
        var running = workload == Workload.Propose ? cluster.ProposeAsync(leader, order, stop) : HttpLoad.RunAsync(Targets(cluster, leader, workload), workload, order, stop);
        await Task.Delay(TimeSpan.FromSeconds(order.WarmUpSeconds), stop);
        var driverBefore = NodeCounters.Now(forgetPeak: true);
        var before = await cluster.CountersAsync(forgetPeak: true, stop);
        await Task.Delay(TimeSpan.FromSeconds(order.Seconds), stop);
        var after = await cluster.CountersAsync(forgetPeak: false, stop);
        var driver = ProcessUse.Between("driver", driverBefore, NodeCounters.Now(forgetPeak: false));
        var result = await running;
        var nodes = before.Zip(after, (b, a) => ProcessUse.Between(ProcessUse.NameOf(b.Node, b.Node == leader), b.Counters, a.Counters));
        return new LoadRun(workload, cluster.Endpoints.Count, before.Count < cluster.Endpoints.Count, order, result, [driver, .. nodes]);
    }

    private static IReadOnlyList<System.Net.IPEndPoint> Targets(BenchCluster cluster, int leader, Workload workload) => workload == Workload.FollowerGet
        ? [.. Enumerable.Range(0, cluster.Endpoints.Count).Where(node => node != leader && cluster.Runs(node)).Select(node => cluster.Endpoints[node])]
        : [cluster.Endpoints[leader]];
}
