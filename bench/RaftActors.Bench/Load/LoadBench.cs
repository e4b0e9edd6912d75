namespace RaftActors.Bench;

/// <summary>The options of a measurement.</summary>
internal sealed record LoadBenchOptions
{
    /// <summary>The numbers of clients. Each is one run.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>
    /// The rates in operations a second. Each is one run, with the largest number of clients. Empty if each client
    /// starts an operation when its last one is answered.
    /// </summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>How long each run is measured, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>How long each run goes on before it is measured, in seconds.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>The sizes of a command or value in bytes.</summary>
    public required IReadOnlyList<int> Bytes { get; init; }

    /// <summary>The file to which the results are also written.</summary>
    public required string? JsonFile { get; init; }

    /// <summary>The label of the results in that file.</summary>
    public required string? Label { get; init; }

    /// <summary>How the nodes are run.</summary>
    public required ClusterOptions Cluster { get; init; }

    /// <summary>The workloads to run.</summary>
    public required IReadOnlyList<Workload> Workloads { get; init; }

    /// <summary>Whether a follower is killed first.</summary>
    public required bool OneDead { get; init; }

    /// <summary>The number of nodes.</summary>
    public required int Nodes { get; init; }
}

/// <summary>
/// Measures operations a second and latencies. Each workload and size has a new cluster, which runs all numbers of
/// clients, or all rates, one after the other.
/// </summary>
internal static class LoadBench
{
    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(LoadBenchOptions options, CancellationToken stop)
    {
        var runs = new List<LoadRun>();
        LoadTable.PrintHeader(options);
        foreach (var workload in options.Workloads)
        {
            foreach (var bytes in options.Bytes)
            {
                await foreach (var run in RunAsync(options, workload, bytes, stop))
                {
                    LoadTable.Print(run);
                    runs.Add(run);
                }
            }
        }
        await Results.AppendAsync(options.JsonFile, "load", options.Label, runs);
        return 0;
    }

    private static async IAsyncEnumerable<LoadRun> RunAsync(
        LoadBenchOptions options, Workload workload, int bytes,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using var cluster = await BenchCluster.StartAsync(options.Nodes, options.Cluster, stop);
        var leader = await cluster.SettledAsync(stop);
        if (options.OneDead)
            await cluster.KillAsync((leader + 1) % options.Nodes);
        if (workload is not (Workload.Propose or Workload.Put))
            await HttpLoad.FillAsync(cluster.Endpoints[leader], bytes, stop);
        IEnumerable<LoadOrder> orders = options.Rates.Count == 0
            ? options.Clients.Select(clients => new LoadOrder(clients, options.WarmUpSeconds, options.Seconds, bytes))
            : options.Rates.Select(rate =>
                new LoadOrder(options.Clients.Max(), options.WarmUpSeconds, options.Seconds, bytes, rate));
        foreach (var order in orders)
        {
            yield return await LoadMeter.RunAsync(cluster, leader, workload, order, stop);
            if (await cluster.SettledAsync(stop) is var now && now != leader)
            {
                Console.WriteLine($"  node{leader + 1} lost its leadership to node{now + 1} during this run.");
                leader = now;
            }
        }
    }
}
