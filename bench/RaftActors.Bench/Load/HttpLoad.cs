using System.Diagnostics;
using System.Threading.Channels;

namespace RaftActors.Bench;

/// <summary>A number of clients over HTTP. Each has a connection of its own.</summary>
internal static class HttpLoad
{
    /// <summary>The number of keys in use.</summary>
    public const int Keys = 10_000;

    private const int MostTallies = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FillPatience = TimeSpan.FromSeconds(30);

    /// <summary>Gives every key a value, so that gets find one.</summary>
    public static Task FillAsync(HttpTarget node, int bytes, CancellationToken stop) =>
        FillAsync(node, 0, Keys, bytes, stop);

    /// <summary>Gives some keys a value.</summary>
    public static Task FillAsync(HttpTarget node, int first, int count, int bytes, CancellationToken stop) =>
        Parallel.ForEachAsync(
        Enumerable.Range(first, count).Chunk(Math.Max(1, count / 64)),
        new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = stop }, async (keys, cancel) =>
        {
            using var connection = await HttpConnection.ConnectAsync(node, cancel);
            foreach (var key in keys)
                await WriteAsync(connection, HttpConnection.Request("PUT", Key(key), node, new byte[bytes]), cancel);
        });

    /// <summary>Runs the clients.</summary>
    /// <param name="nodes">The nodes to ask. Each is asked by the same number of clients.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="order">How many clients run, how fast, and how long.</param>
    /// <param name="stop">Ends the run.</param>
    public static async Task<LoadResult> RunAsync(IReadOnlyList<HttpTarget> nodes, Workload workload, LoadOrder order,
        CancellationToken stop)
    {
        var requests = new HttpRequests(nodes[0], workload, Keys, Math.Max(1, order.Keys / Keys), order.Bytes);
        var start = Stopwatch.GetTimestamp();
        var all = LoadTally.Of(start, order);
        var tallies = Enumerable.Range(0, Math.Min(order.Clients, MostTallies)).Select(_ => LoadTally.Of(start, order))
            .ToArray();
        var due = order.Rate is null ? null : StartPacer(order.Rate.Value, start, all.End);
        await Task.WhenAll(Enumerable.Range(0, order.Clients).Select(client => Task.Run(async () =>
        {
            using var session =
                new HttpClientSession(nodes[client % nodes.Count], requests, client, tallies[client % tallies.Length]);
            await (due is null ? session.RunAsync(stop) : session.RunAsync(due,
                all.End + (long)(Patience.TotalSeconds * Stopwatch.Frequency), stop));
        }, stop)));
        foreach (var tally in tallies)
            all.Add(tally);
        return LoadResult.Of(all, order.Seconds);
    }

    /// <summary>The name of a key.</summary>
    public static string Key(int key) => $"key{key:d7}";

    // A node that is busy with an election, or with what other clients fill in, is asked again.
    private static async Task WriteAsync(HttpConnection connection, byte[] request, CancellationToken stop)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            var answer = await connection.SendAsync(request, stop);
            if (answer.Outcome == Outcome.Done)
                return;
            if (since.Elapsed > FillPatience)
                throw new BenchException($"The keys could not be written: the node answers {answer.Status}.");
            await Task.Delay(100, stop);
        }
    }

    private static ChannelReader<long> StartPacer(double rate, long start, long end)
    {
        var due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
        var pacer = new Pacer(rate, start, end);
        pacer.Start(operation => due.Writer.TryWrite(pacer.DueAt(operation)), _ => due.Writer.Complete());
        return due.Reader;
    }
}
