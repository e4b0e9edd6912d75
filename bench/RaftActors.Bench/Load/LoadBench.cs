namespace RaftActors.Bench;

/// <summary>What to measure.</summary>
internal sealed record LoadBenchOptions
{
    /// <summary>The numbers of clients, a run each.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>
    /// The rates, a run each, with the largest number of clients; empty when each client starts an operation when the
    /// last is answered.
    /// </summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>How long each run is measured.</summary>
    public required double Seconds { get; init; }

    /// <summary>How long it goes on before.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>The sizes of a command or value.</summary>
    public required IReadOnlyList<int> Bytes { get; init; }

    /// <summary>Where the figures go besides.</summary>
    public required string? JsonFile { get; init; }

    /// <summary>What they are called there.</summary>
    public required string? Label { get; init; }

    /// <summary>How the nodes are run.</summary>
    public required ClusterOptions Cluster { get; init; }

    /// <summary>What to run.</summary>
    public required IReadOnlyList<Workload> Workloads { get; init; }

    /// <summary>Whether a follower is ended first.</summary>
    public required bool OneDead { get; init; }

    /// <summary>How many nodes.</summary>
    public required int Nodes { get; init; }
}

/// <summary>
/// Operations a second and latencies: a fresh cluster for each workload and size, and all its numbers of clients, or
/// rates, one after the other.
/// </summary>
internal static class LoadBench
{
    /// <summary>Measures and prints.</summary>
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
