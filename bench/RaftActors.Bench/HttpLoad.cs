using System.Diagnostics;
using System.Net;

namespace RaftActors.Bench;

/// <summary>A number of closed-loop clients over HTTP, each with a connection of its own.</summary>
internal static class HttpLoad
{
    private const int Keys = 10_000;

    /// <summary>Gives every key a value, so that it can be got.</summary>
    public static Task FillAsync(IPEndPoint node, int bytes, CancellationToken stop) => Parallel.ForEachAsync(
        Enumerable.Range(0, Keys).Chunk(Keys / 64), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = stop }, async (keys, cancel) =>
        {
            using var connection = await HttpConnection.ConnectAsync(node, cancel);
            foreach (var key in keys)
            {
                if (await connection.SendAsync(HttpConnection.Request("PUT", Key(key), node, new byte[bytes]), cancel) is not (201 or 204))
                    throw new BenchException("The keys could not be written.");
            }
        });

    /// <summary>Runs the clients.</summary>
    /// <param name="node">The node that is asked.</param>
    /// <param name="method">GET or PUT.</param>
    /// <param name="order">How many, and how long.</param>
    /// <param name="stop">Ends the run.</param>
    public static async Task<LoadResult> RunAsync(IPEndPoint node, string method, LoadOrder order, CancellationToken stop)
    {
        var value = new byte[order.Bytes];
        new Random(1).NextBytes(value);
        var requests = Enumerable.Range(0, Keys).Select(key => HttpConnection.Request(method, Key(key), node, method == "GET" ? [] : value)).ToArray();
        var from = Stopwatch.GetTimestamp() + (long)(order.WarmUpSeconds * Stopwatch.Frequency);
        var to = from + (long)(order.Seconds * Stopwatch.Frequency);
        var clients = await Task.WhenAll(Enumerable.Range(0, order.Clients).Select(client => Task.Run(() => ClientAsync(node, requests, client, from, to, stop), stop)));
        var all = new LatencyHistogram();
        foreach (var (latencies, _) in clients)
            all.Add(latencies);
        return LoadResult.Of(all, order.Seconds, clients.Sum(client => client.Failures));
    }

    private static string Key(int key) => $"key{key:d5}";

    private static async Task<(LatencyHistogram Latencies, long Failures)> ClientAsync(IPEndPoint node, byte[][] requests, int client, long from, long to, CancellationToken stop)
    {
        var latencies = new LatencyHistogram();
        var random = new Random(client);
        var failures = 0L;
        var connection = await HttpConnection.ConnectAsync(node, stop);
        try
        {
            for (var now = Stopwatch.GetTimestamp(); now < to;)
            {
                if (connection.IsSpent)
                {
                    connection.Dispose();
                    connection = await HttpConnection.ConnectAsync(node, stop);
                }
                var sentAt = now;
                var status = await connection.SendAsync(requests[random.Next(requests.Length)], stop);
                now = Stopwatch.GetTimestamp();
                if (now < from || now >= to)
                    continue;
                if (status is 200 or 201 or 204)
                    latencies.Record(now - sentAt);
                else
                    failures++;
            }
            return (latencies, failures);
        }
        finally
        {
            connection.Dispose();
        }
    }
}
