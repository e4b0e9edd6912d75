using System.Diagnostics;
using System.Security.Cryptography;

namespace RaftNode.Host.Commands.Load;

/// <summary>What load is wanted.</summary>
internal sealed record BenchPlan
{
    /// <summary>How long the load lasts at most.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>How many requests are sent at most.</summary>
    public required int Requests { get; init; }

    /// <summary>How many requests are under way at a time.</summary>
    public required int Clients { get; init; }

    /// <summary>The size of the values.</summary>
    public required int ValueBytes { get; init; }

    /// <summary>How many keys are written.</summary>
    public required int Keys { get; init; }

    /// <summary>How many of 100 requests are reads.</summary>
    public required int ReadsOfHundred { get; init; }
}

/// <summary>A load of reads and writes under a prefix of its own.</summary>
/// <param name="plan">What load is wanted.</param>
/// <param name="connect">Makes a client that begins with the node of that number.</param>
internal sealed class BenchLoad(BenchPlan plan, Func<int, NodeClient> connect)
{
    /// <summary>What the keys of all loads begin with.</summary>
    public const string PrefixStart = "raftnode-bench";

    private const int Reading = 0;
    private const int Writing = 1;

    private readonly Lock _lock = new();
    private readonly LatencyHistogram[] _latencies = [new(), new()];
    private readonly HashSet<string> _written = [];
    private long _sent;
    private long _failures;
    private string? _firstFailure;

    /// <summary>What the keys of this load begin with.</summary>
    public string Prefix { get; } = $"{PrefixStart}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}/";

    /// <summary>How many keys may have been written.</summary>
    public int Written => _written.Count;

    /// <summary>How many of the keys were deleted.</summary>
    public int Deleted { get; private set; }

    /// <summary>Why a key could not be deleted; <c>null</c> if all were.</summary>
    public string? WhyNotDeleted { get; private set; }

    /// <summary>Sends the requests.</summary>
    /// <param name="progress">Told how many requests were done, and how many there are.</param>
    /// <param name="stop">Ends the load early.</param>
    /// <exception cref="CommandException">No node could be reached.</exception>
    public async Task<BenchDocument> RunAsync(Action<long, long> progress, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ending.CancelAfter(plan.Limit);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, plan.Clients)
            .Select(client => Task.Run(() => ClientAsync(client, progress, ending), CancellationToken.None)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new BenchDocument(
            Prefix, plan.Clients, plan.ValueBytes, Math.Round(seconds, 3),
            [Row("write", _latencies[Writing], seconds), Row("read", _latencies[Reading], seconds)],
            _failures, _firstFailure, 0);
    }

    /// <summary>Deletes all keys that may have been written.</summary>
    public async Task DeleteAsync()
    {
        using var client = connect(0);
        await Parallel.ForEachAsync(
            _written,
            new ParallelOptions { MaxDegreeOfParallelism = plan.Clients },
            async (key, _) =>
            {
                // A key whose write failed may have no value, which is as good.
                var why = await TryAsync(client, HttpMethod.Delete, key, null, isFoundNeeded: false);
                lock (_lock)
                {
                    Deleted += why is null ? 1 : 0;
                    WhyNotDeleted ??= why;
                }
            });
    }

    private static BenchRowDocument Row(string request, LatencyHistogram latencies, double seconds) => new(
        request, latencies.Count, Math.Round(latencies.Count / seconds, 1), Milliseconds(latencies, 0.5),
        Milliseconds(latencies, 0.9), Milliseconds(latencies, 0.99), Math.Round(latencies.MaxMilliseconds, 3));

    private static double Milliseconds(LatencyHistogram latencies, double share) =>
        Math.Round(latencies.Percentile(share), 3);

    private async Task ClientAsync(int number, Action<long, long> progress, CancellationTokenSource ending)
    {
        using var client = connect(number);
        var random = new Random(number);
        var value = new byte[plan.ValueBytes];
        while (!ending.IsCancellationRequested && Interlocked.Increment(ref _sent) is var sent && sent <= plan.Requests)
        {
            var key = $"{Prefix}{random.Next(plan.Keys)}";
            var kind = random.Next(100) < plan.ReadsOfHundred && IsWritten(key) ? Reading : Writing;
            random.NextBytes(value);
            var began = Stopwatch.GetTimestamp();
            var why = kind == Reading
                ? await TryAsync(client, HttpMethod.Get, key, null, isFoundNeeded: false)
                : await TryAsync(client, HttpMethod.Put, key, value, isFoundNeeded: true);
            // A write that failed may have been done. Only if no node was reached, nothing was sent.
            if (kind == Writing && why != NodeClient.NoneReachable)
                NoteWrite(key);
            var took = Stopwatch.GetTimestamp() - began;
            lock (_lock)
            {
                if (why is null)
                {
                    _latencies[kind].Record(took);
                }
                else
                {
                    _failures++;
                    _firstFailure ??= why;
                }
                progress(Math.Min(sent, plan.Requests), plan.Requests);
            }
            if (why == NodeClient.NoneReachable)
                await ending.CancelAsync();
        }
    }

    private bool IsWritten(string key)
    {
        lock (_lock)
            return _written.Contains(key);
    }

    private void NoteWrite(string key)
    {
        lock (_lock)
            _written.Add(key);
    }

    // Returns why the request was not done; null if it was.
    private static async Task<string?> TryAsync(
        NodeClient client, HttpMethod method, string key, byte[]? value, bool isFoundNeeded)
    {
        try
        {
            using var response = await client.SendAsync(method, key, value is null ? null : value.AsMemory());
            if (response is null)
                return NodeClient.NoneReachable;
            return response.IsSuccessStatusCode
                || (!isFoundNeeded && response.StatusCode == System.Net.HttpStatusCode.NotFound)
                ? null
                : (await NodeClient.ProblemAsync(response)).Detail;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return NodeRequest.Problem(e);
        }
    }
}
