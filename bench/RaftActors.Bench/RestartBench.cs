using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RaftActors.Bench;

/// <summary>What a client saw while a node was stopped in an orderly way and started again.</summary>
/// <param name="Stopped">The node that was stopped.</param>
/// <param name="StopMilliseconds">The milliseconds that the node took to stop.</param>
/// <param name="LongestGap">
/// The longest time in milliseconds between two acknowledged writes of the client, from the order to stop until the
/// node was back.
/// </param>
/// <param name="UsualGap">The longest such time in the second before.</param>
/// <param name="Failed">The number of writes that were not acknowledged.</param>
internal sealed record RestartTrial(string Stopped, double StopMilliseconds, double LongestGap, double UsualGap,
    int Failed);

/// <summary>
/// A rolling restart of the leader, again and again. A client writes through another node, one write after the other,
/// and measures the effect.
/// </summary>
internal static class RestartBench
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);

    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(int trials, string? jsonFile, string? label, ClusterOptions nodes,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine("The leader of three is stopped in order and started again, while a client writes through "
            + "another node, one write after the other");
        await using var cluster = await BenchCluster.StartAsync(3, nodes, stop);
        var results = new List<RestartTrial>();
        for (var trial = 0; trial < trials; trial++)
        {
            var result = await TrialAsync(cluster, trial, stop);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{trial + 1,4}  {result.Stopped}  stopped in {result.StopMilliseconds,5:0} ms  longest gap "
                    + $"{result.LongestGap,6:0.0} ms, {result.UsualGap:0.0} ms in the second before  {result.Failed} "
                    + $"failed"));
            results.Add(result);
        }
        var sorted = results.Select(trial => trial.LongestGap).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"longest gap: median {sorted[sorted.Count / 2]:0.0} ms, worst {sorted[^1]:0.0} ms; "
                + $"{results.Sum(trial => trial.Failed)} writes failed"));
        await Results.AppendAsync(jsonFile, "restart", label, results);
        return 0;
    }

    private static async Task<RestartTrial> TrialAsync(BenchCluster cluster, int trial, CancellationToken stop)
    {
        var leader = await cluster.SettledAsync(stop);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var client = new Client(cluster.Endpoints[(leader + 1 + (trial % 2)) % 3]);
        var writing = client.WriteAsync(ended.Token);
        await Task.Delay(Before, stop);
        var usual = client.TakeLongestGap();
        var stopping = Stopwatch.StartNew();
        cluster.Processes[leader].StandardInput.Close();
        await cluster.Processes[leader].WaitForExitAsync(stop);
        var stopped = stopping.Elapsed.TotalMilliseconds;
        cluster.Start(leader);
        while (await cluster.StatusAsync(leader, stop) is not { Leader: not null })
            await Task.Delay(20, stop);
        var longest = client.TakeLongestGap();
        await ended.CancelAsync();
        await writing;
        return new RestartTrial($"node{leader + 1}", stopped, longest, usual, client.Failed);
    }

    private sealed class Client(HttpTarget node)
    {
        private readonly byte[] _request =
            HttpConnection.Request("PUT", "restart", node, Encoding.ASCII.GetBytes(new string('x', 256)));
        private readonly Lock _lock = new();
        private long _last = Stopwatch.GetTimestamp();
        private TimeSpan _longest;

        public int Failed { get; private set; }

        public async Task WriteAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var connection = await HttpConnection.ConnectAsync(node, stop);
                    while (!connection.IsSpent && !stop.IsCancellationRequested)
                    {
                        if ((await connection.SendAsync(_request, stop)).Outcome == Outcome.Done)
                            Acknowledged();
                        else
                            Failed++;
                    }
                }
                catch (Exception) when (stop.IsCancellationRequested)
                {
                    return;
                }
                catch (IOException)
                {
                    Failed++;
                }
            }
        }

        public double TakeLongestGap()
        {
            lock (_lock)
            {
                var longest = _longest;
                _longest = TimeSpan.Zero;
                return longest.TotalMilliseconds;
            }
        }

        private void Acknowledged()
        {
            lock (_lock)
            {
                var now = Stopwatch.GetTimestamp();
                var gap = Stopwatch.GetElapsedTime(_last, now);
                (_last, _longest) = (now, gap > _longest ? gap : _longest);
            }
        }
    }
}
