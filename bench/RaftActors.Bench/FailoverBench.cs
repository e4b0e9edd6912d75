using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RaftActors.Bench;

/// <summary>The result of one trial.</summary>
/// <param name="Killed">The leader that was killed.</param>
/// <param name="Milliseconds">The milliseconds from the kill to the next acknowledged write.</param>
/// <param name="Tries">How many times that write was sent.</param>
internal sealed record FailoverTrial(string Killed, double Milliseconds, int Tries);

/// <summary>
/// Kills the leader again and again, and measures how long it takes until a write is acknowledged. At the end, all
/// acknowledged writes must be there.
/// </summary>
internal static class FailoverBench
{
    private static readonly TimeSpan TryFor = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(int trials, int busy, string? jsonFile, string? label, ClusterOptions nodes,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine($"SIGKILL of the leader of three, {(busy == 0 ? "idle" : $"{busy} clients writing")}, to the "
            + "next acknowledged write through a node that is left");
        await using var cluster = await BenchCluster.StartAsync(3, nodes, stop);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        var results = new List<FailoverTrial>();
        for (var trial = 0; trial < trials; trial++)
        {
            var leader = await cluster.SettledAsync(stop);
            using var writers = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var writing = Enumerable.Range(0, busy)
                .Select(client =>
                WriteOnAsync(cluster.Endpoints[(leader + 1 + (client % 2)) % 3], client, writers.Token)).ToList();
            await Task.Delay(Idle, stop);
            var result = await TrialAsync(cluster, http, leader, trial, stop);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{trial + 1,4}  {result.Killed}  {result.Milliseconds,8:0} ms  {result.Tries} "
                    + $"{(result.Tries == 1 ? "try" : "tries")}"));
            results.Add(result);
            await writers.CancelAsync();
            await Task.WhenAll(writing);
            cluster.Start(leader);
        }
        await cluster.SettledAsync(stop);
        await VerifyAsync(cluster, http, trials, stop);
        var sorted = results.Select(trial => trial.Milliseconds).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"median {sorted[sorted.Count / 2]:0} ms, worst {sorted[^1]:0} ms; every acknowledged write is there"));
        await Results.AppendAsync(jsonFile, "failover", label,
            results.ConvertAll(trial => new { busy, trial.Killed, trial.Milliseconds, trial.Tries }));
        return 0;
    }

    private static async Task<FailoverTrial> TrialAsync(BenchCluster cluster, HttpClient http, int leader, int trial,
        CancellationToken stop)
    {
        cluster.Processes[leader].Kill();
        var since = Stopwatch.StartNew();
        for (var tries = 1; ; tries++)
        {
            var node = (leader + 1 + (tries % 2)) % 3;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(TryFor);
            try
            {
                using var response =
                    await http.PutAsync(Key(cluster, node, trial), new StringContent(Value(trial)), limit.Token);
                if (response.IsSuccessStatusCode)
                    return new FailoverTrial($"node{leader + 1}", since.Elapsed.TotalMilliseconds, tries);
            }
            catch (Exception e) when (e is HttpRequestException
                or OperationCanceledException && !stop.IsCancellationRequested)
            {
                // The write was not done, or its outcome is unknown. The same value may be written again.
            }
        }
    }

    private static async Task VerifyAsync(BenchCluster cluster, HttpClient http, int trials, CancellationToken stop)
    {
        for (var node = 0; node < 3; node++)
        {
            for (var trial = 0; trial < trials; trial++)
            {
                if (await http.GetStringAsync(Key(cluster, node, trial), stop) != Value(trial))
                    throw new BenchException($"The write of trial {trial + 1} is lost on node{node + 1}.");
            }
        }
    }

    private static string Key(BenchCluster cluster, int node, int trial) =>
        $"{cluster.Endpoints[node].Url}/kv/failover{trial}";

    private static string Value(int trial) => $"written after kill {trial + 1}";

    /// <summary>Writes until it is stopped, and ignores the answers.</summary>
    private static async Task WriteOnAsync(HttpTarget node, int client, CancellationToken stop)
    {
        var request =
            HttpConnection.Request("PUT", $"busy{client}", node, Encoding.ASCII.GetBytes(new string('x', 256)));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var connection = await HttpConnection.ConnectAsync(node, stop);
                while (!connection.IsSpent)
                    await connection.SendAsync(request, stop);
            }
            catch (Exception)
            {
                // The connection broke. Make a new one.
            }
        }
    }
}
