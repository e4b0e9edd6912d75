using System.Diagnostics;

namespace RaftActors.Bench;

/// <summary>What to measure.</summary>
internal sealed record LoadBenchOptions
{
    /// <summary>The numbers of clients, a run each.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>How long each run is measured.</summary>
    public required double Seconds { get; init; }

    /// <summary>How long it goes on before.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>The size of a command or value.</summary>
    public required int Bytes { get; init; }

    /// <summary>Where the figures go besides.</summary>
    public required string? JsonFile { get; init; }

    /// <summary>Where the nodes' data goes.</summary>
    public required string? DataDirectory { get; init; }

    /// <summary>What to run.</summary>
    public required IReadOnlyList<Workload> Workloads { get; init; }

    /// <summary>Whether a follower is ended first.</summary>
    public required bool OneDead { get; init; }

    /// <summary>How many nodes.</summary>
    public required int Nodes { get; init; }
}

/// <summary>Operations a second and latencies: a fresh cluster for each workload, and all its numbers of clients one after the other.</summary>
internal static class LoadBench
{
    /// <summary>Measures and prints.</summary>
    public static async Task<int> RunAsync(LoadBenchOptions options, CancellationToken stop)
    {
        var runs = new List<LoadRun>();
        Report.PrintHeader(options);
        foreach (var workload in options.Workloads)
        {
            await using var cluster = await BenchCluster.StartAsync(options.Nodes, options.DataDirectory, stop);
            var leader = await cluster.SettledAsync(stop);
            if (options.OneDead)
                await cluster.KillAsync((leader + 1) % options.Nodes);
            if (workload == Workload.Get)
                await HttpLoad.FillAsync(cluster.Endpoints[leader], options.Bytes, stop);
            foreach (var clients in options.Clients)
            {
                var run = await MeasureAsync(cluster, workload, leader, new LoadOrder(clients, options.WarmUpSeconds, options.Seconds, options.Bytes), stop);
                Report.Print(run);
                runs.Add(run);
                if (await cluster.SettledAsync(stop) is var now && now != leader)
                {
                    Console.WriteLine($"  node{leader + 1} lost its leadership to node{now + 1} during this run.");
                    leader = now;
                }
            }
        }
        if (options.JsonFile is not null)
            await Report.WriteJsonAsync(options.JsonFile, options, runs);
        return 0;
    }

    private static async Task<LoadRun> MeasureAsync(BenchCluster cluster, Workload workload, int leader, LoadOrder order, CancellationToken stop)
    {
        var usage = new List<(string Name, Process Process)> { ("driver", Process.GetCurrentProcess()) };
        usage.AddRange(cluster.Processes.Select((process, node) => ($"node{node + 1}{(node == leader ? " (leader)" : "")}", process)).Where(pair => !pair.process.HasExited));
        var before = usage.ConvertAll(pair => ProcessorTime(pair.Process));
        var elapsed = Stopwatch.StartNew();
        var result = workload == Workload.Propose
            ? await cluster.ProposeAsync(leader, order, stop)
            : await HttpLoad.RunAsync(cluster.Endpoints[leader], workload == Workload.Get ? "GET" : "PUT", order, stop);
        elapsed.Stop();
        var processes = usage.Select((pair, i) => new ProcessUse(
            pair.Name, (ProcessorTime(pair.Process) - before[i]) / elapsed.Elapsed, pair.Process.WorkingSet64 / (1024.0 * 1024.0))).ToList();
        return new LoadRun(workload, order.Clients, result, processes);
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
