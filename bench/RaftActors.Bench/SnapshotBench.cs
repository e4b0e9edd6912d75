using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using RaftNode.Host.Commands.Load;
using RaftNode.Host.Http;

namespace RaftActors.Bench;

/// <summary>
/// Measures what snapshots cost and save: the start of a node with a long log, with and without a snapshot, and a
/// cluster while a large snapshot is sent.
/// </summary>
internal static class SnapshotBench
{
    private const string Never = "raft.snapshot { entries = 1000000000, bytes = 1 TiB }\n";
    private const int ValueBytes = 1024 * 1024;

    /// <summary>Measures how long a node takes to start, and how much memory it then uses.</summary>
    public static async Task<int> RecoveryAsync(int entries, int bytes, ClusterOptions nodes, CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine($"One node, {entries} entries of {bytes} bytes: from the start of the process until all is "
            + "applied");
        await using var cluster = await BenchCluster.StartAsync(1, nodes, stop, Never);
        while ((await cluster.StatusAsync(0, stop))?.LastIndex is not { } last || last < entries)
            await cluster.ProposeAsync(0, new LoadOrder(256, 0, 1, bytes), stop);
        await RestartAsync(cluster, "without a snapshot", stop);

        using var http = Client();
        var taking = Stopwatch.StartNew();
        using var answer = await http.PostAsync($"{cluster.Endpoints[0].Url}/snapshot", null, stop);
        var snapshot = (await answer.Content.ReadFromJsonAsync(HostJson.Default.SnapshotDocument, stop))!;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a snapshot of {snapshot.Bytes / 1048576.0:0.0} MiB took {taking.Elapsed.TotalMilliseconds:0} ms"));
        await RestartAsync(cluster, "with a snapshot", stop);
        return 0;
    }

    /// <summary>Measures writes while a snapshot is sent to a follower that was down.</summary>
    public static async Task<int> TransferAsync(int mebibytes, int clients, ClusterOptions nodes,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine($"Three nodes with {mebibytes} MiB of values; one was down and is sent a snapshot, while "
            + $"{clients} clients write 256 bytes, one write after the other");
        await using var cluster = await BenchCluster.StartAsync(3, nodes, stop);
        using var http = Client();
        var leader = await cluster.SettledAsync(stop);
        var down = (leader + 1) % 3;
        await cluster.KillAsync(down);
        await FillAsync(cluster, http, leader, mebibytes, stop);
        using var answer = await http.PostAsync($"{cluster.Endpoints[leader].Url}/snapshot", null, stop);
        answer.EnsureSuccessStatusCode();
        var before = (await cluster.StatusAsync(leader, stop))!;

        await WriteAsync(cluster, leader, clients, "before", () => Task.Delay(TimeSpan.FromSeconds(5), stop), stop);
        var sending = Stopwatch.StartNew();
        cluster.Start(down);
        await WriteAsync(cluster, leader, clients, "meanwhile",
            () => UntilCaughtUpAsync(cluster, leader, down, before.SnapshotIndex, stop), stop);
        var seconds = sending.Elapsed.TotalSeconds;
        await WriteAsync(cluster, leader, clients, "afterwards", () => Task.Delay(TimeSpan.FromSeconds(5), stop), stop);
        var after = (await cluster.StatusAsync(leader, stop))!;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a snapshot of {before.SnapshotBytes / 1048576.0:0} MiB: {seconds:0.0} s from the start of the node until "
                + $"it had caught up; term {before.Term} before, {after.Term} after"));
        return before.Term == after.Term ? 0 : 1;
    }

    private static HttpClient Client() =>
        new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(5) };

    private static async Task RestartAsync(BenchCluster cluster, string what, CancellationToken stop)
    {
        await cluster.KillAsync(0);
        var starting = Stopwatch.StartNew();
        cluster.Start(0);
        await cluster.SettledAsync(stop);
        var process = cluster.Processes[0];
        process.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {starting.Elapsed.TotalSeconds:0.00} s, {process.WorkingSet64 / 1048576.0:0} MiB resident, "
                + $"{process.TotalProcessorTime.TotalSeconds:0.0} s of processor time"));
    }

    private static async Task FillAsync(BenchCluster cluster, HttpClient http, int leader, int mebibytes,
        CancellationToken stop)
    {
        var value = new byte[ValueBytes];
        Random.Shared.NextBytes(value);
        for (var i = 0; i < mebibytes; i++)
        {
            using var response = await http.PutAsync($"{cluster.Endpoints[leader].Url}/kv/large{i}",
                new ByteArrayContent(value), stop);
            response.EnsureSuccessStatusCode();
        }
    }

    private static async Task UntilCaughtUpAsync(BenchCluster cluster, int leader, int follower, long snapshot,
        CancellationToken stop)
    {
        while (true)
        {
            var status = await cluster.StatusAsync(follower, stop);
            if (status is not null && status.AppliedIndex >= snapshot
                && status.AppliedIndex >= (await cluster.StatusAsync(leader, stop))?.CommitIndex - 1000)
                return;
            await Task.Delay(20, stop);
        }
    }

    private static async Task WriteAsync(BenchCluster cluster, int node, int clients, string when, Func<Task> until,
        CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var latencies = new LatencyHistogram();
        var failures = 0;
        var since = Stopwatch.StartNew();
        var writing = Enumerable.Range(0, clients).Select(async client =>
        {
            using var connection = await HttpConnection.ConnectAsync(cluster.Endpoints[node], stop);
            var request = HttpConnection.Request("PUT", $"small{client}", cluster.Endpoints[node], new byte[256]);
            while (!ended.IsCancellationRequested)
            {
                var start = Stopwatch.GetTimestamp();
                var done = (await connection.SendAsync(request, stop)).Outcome == Outcome.Done;
                lock (latencies)
                {
                    if (done)
                        latencies.Record(Stopwatch.GetTimestamp() - start);
                    else
                        failures++;
                }
            }
        }).ToList();
        await until();
        await ended.CancelAsync();
        await Task.WhenAll(writing);
        var result = LoadResult.Of(latencies, since.Elapsed.TotalSeconds, failures);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{when,-10} {result.OperationsPerSecond,8:0}/s  p50 {result.P50:0.00}  p99 {result.P99:0.00}  p99.9 "
                + $"{result.P999:0.00}  longest {result.Max:0.0} ms  {result.Failures} failed"));
    }
}
