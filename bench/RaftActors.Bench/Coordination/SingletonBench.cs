using System.Diagnostics;
using System.Globalization;

namespace RaftActors.Bench;

/// <summary>The result of one trial.</summary>
/// <param name="Kind">What keeps the singleton.</param>
/// <param name="Milliseconds">
/// The milliseconds from the kill of the singleton's process until the next singleton has answered.
/// </param>
internal sealed record SingletonTrial(SingletonKind Kind, double Milliseconds);

/// <summary>
/// Kills the process of a singleton again and again, of one kind and the other in turn, and measures how long it takes
/// until the next singleton answers through the proxy of a node that is left.
/// </summary>
internal static class SingletonBench
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);

    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(int trials, string? jsonFile, string? label, string? data,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine("SIGKILL of the process of a singleton, one of three, to the answer of the next singleton");
        await using var raft = new ThreeNodes(data, "singleton-node", "--kind", nameof(SingletonKind.Raft));
        await using var cluster = new ThreeNodes(data, "singleton-node", "--kind", nameof(SingletonKind.Cluster));
        await raft.AskAllAsync("who", stop);
        await cluster.AskAllAsync("who", stop);
        var results = new List<SingletonTrial>();
        for (var trial = 1; trial <= trials; trial++)
        {
            foreach (var (kind, nodes) in ((SingletonKind, ThreeNodes)[])[(SingletonKind.Raft, raft),
                (SingletonKind.Cluster, cluster)])
            {
                var result = new SingletonTrial(kind, await TrialAsync(nodes, stop));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{trial,4}  {kind,-8} {result.Milliseconds,8:0} ms"));
                results.Add(result);
            }
        }
        foreach (var kind in results.GroupBy(result => result.Kind))
            Console.WriteLine($"{kind.Key,-8} {Spread.Of(kind.Select(result => result.Milliseconds))}");
        await Results.AppendAsync(jsonFile, "singleton", label, results);
        return 0;
    }

    private static async Task<double> TrialAsync(ThreeNodes nodes, CancellationToken stop)
    {
        await Task.Delay(Idle, stop);
        string holder = await nodes[0].AskAsync("who", stop);
        var killed = nodes.Of(int.Parse(holder, CultureInfo.InvariantCulture));
        var asker = nodes[(killed + 1) % 3];
        await asker.AskAsync("who", stop);
        var next = asker.AskAsync($"next {holder}", stop);
        await Task.Delay(Idle, stop);
        nodes[killed].Process.Kill();
        var since = Stopwatch.StartNew();
        await next;
        var milliseconds = since.Elapsed.TotalMilliseconds;
        await nodes[killed].Process.WaitForExitAsync(stop);
        nodes.Start(killed);
        await nodes[killed].AskAsync("who", stop);
        return milliseconds;
    }
}
