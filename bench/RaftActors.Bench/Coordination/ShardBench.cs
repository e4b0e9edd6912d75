using System.Diagnostics;
using System.Globalization;

namespace RaftActors.Bench;

/// <summary>The result of one trial.</summary>
/// <param name="Oldest">Whether the killed process was the oldest, which allocates the shards.</param>
/// <param name="Milliseconds">
/// The milliseconds from the kill until every shard has answered from the processes that are left.
/// </param>
internal sealed record ShardTrial(bool Oldest, double Milliseconds);

/// <summary>
/// Kills a process with shards that have leases, again and again, and measures how long it takes until all shards run
/// on the nodes that are left. In turn, the process is the oldest of the cluster and another.
/// </summary>
internal static class ShardBench
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(int shards, int trials, string? jsonFile, string? label, string? data,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine($"SIGKILL of one of three processes with {shards} shards, to the answers of all shards");
        var results = new List<ShardTrial>();
        for (var trial = 0; trial < 2 * trials; trial++)
        {
            var result = await TrialAsync(shards, oldest: trial % 2 == 0, data, stop);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{trial + 1,4}  killed the {(result.Oldest ? "oldest" : "other"),-6} {result.Milliseconds,8:0} ms"));
            results.Add(result);
        }
        foreach (var kind in results.GroupBy(static result => result.Oldest))
        {
            Console.WriteLine($"killed the {(kind.Key ? "oldest" : "other")}: "
                + Spread.Of(kind.Select(static result => result.Milliseconds)));
        }
        await Results.AppendAsync(jsonFile, "shards", label, results);
        return 0;
    }

    // Each trial has a cluster of its own, in which each node has a third of the shards.
    private static async Task<ShardTrial> TrialAsync(int shards, bool oldest, string? data, CancellationToken stop)
    {
        await using var nodes = new ThreeNodes(
            data, "shard-node", "--shards", shards.ToString(CultureInfo.InvariantCulture));
        await nodes.AskAllAsync("up", stop);
        // The first seed node is the oldest.
        int killed = oldest ? 0 : 2;
        int[] left = oldest ? [1, 2] : [0, 1];
        await nodes.AskAllAsync(Order(nodes, [0, 1, 2]), stop);
        await Task.Delay(Idle, stop);
        nodes[killed].Process.Kill();
        var since = Stopwatch.StartNew();
        await nodes[left[0]].AskAsync(Order(nodes, left), stop);
        return new ShardTrial(oldest, since.Elapsed.TotalMilliseconds);
    }

    private static string Order(ThreeNodes nodes, IEnumerable<int> from) =>
        $"from {string.Join(' ', from.Select(node => nodes[node].Process.Id))}";
}
