using System.Diagnostics;
using System.Net;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// Writes lines through all nodes of a cluster with several concurrent writers, each line until it is acknowledged: not
/// done and unknown are both tried again, which the same value allows. The lines are written in stages, each of which
/// has to be opened, so that whatever is done to the cluster between two stages meets writes under way.
/// </summary>
internal sealed class WriteLoad(NodeCluster cluster, IReadOnlyList<byte[]> lines, int writers, int stages)
{
    private readonly TaskCompletionSource[] _opened = [.. Enumerable.Range(0, stages + 1)
        .Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    private int _next;
    private int _acknowledged;
    private int _retried;
    private Task _running = Task.CompletedTask;

    /// <summary>How many lines are acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>How many tries were not acknowledged.</summary>
    public int Retried => Volatile.Read(ref _retried);

    /// <summary>The key of a line.</summary>
    public static string Key(int line) => $"line/{line}";

    /// <summary>Writes all lines, as far as the stages are open.</summary>
    public Task RunAsync()
    {
        Open(0);
        return _running = Task.WhenAll(Enumerable.Range(0, writers).Select(WriteAsync));
    }

    /// <summary>Lets the writers go on into a stage.</summary>
    public void Open(int stage) => _opened[stage].TrySetResult();

    /// <summary>Waits until a quarter of a stage is acknowledged: its other lines are under way or wait.</summary>
    public Task StageAsync(int stage) => AcknowledgedAsync(Start(stage) + ((Start(stage + 1) - Start(stage)) / 4));

    /// <summary>Waits until half of the lines that a stage has left are acknowledged.</summary>
    public Task ProgressAsync(int stage)
    {
        var (now, end) = (Acknowledged, Start(stage + 1));
        return AcknowledgedAsync(now + ((end - now + 1) / 2));
    }

    private Task AcknowledgedAsync(int count) => Eventually.IsTrueAsync($"{count} acknowledged writes", async () =>
    {
        if (_running.IsFaulted)
            await _running;
        // For the message of the failure.
        await Task.WhenAll(Enumerable.Range(0, cluster.Count).Select(cluster.StatusAsync));
        return Acknowledged >= count;
    }, () => $"There were {Acknowledged}.\n{cluster.Transcripts()}");

    private int Start(int stage) => (int)((long)lines.Count * stage / stages);

    private async Task WriteAsync(int writer)
    {
        var stage = 0;
        var node = writer;
        while (Interlocked.Increment(ref _next) - 1 is var line && line < lines.Count)
        {
            while (line >= Start(stage))
                await _opened[stage++].Task;
            var tried = Stopwatch.StartNew();
            while (!await TryWriteAsync(node % cluster.Count, line))
            {
                if (tried.Elapsed > ProgramRun.Patience)
                    throw new TimeoutException($"The line {line} was written in vain.\n{cluster.Transcripts()}");
                Interlocked.Increment(ref _retried);
                node++;
                await Task.Delay(10);
            }
            Interlocked.Increment(ref _acknowledged);
        }
    }

    private async Task<bool> TryWriteAsync(int node, int line)
    {
        try
        {
            using var response =
                await cluster.Http.PutAsync(cluster.Key(node, Key(line)), new ByteArrayContent(lines[line]));
            if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
                return false;
            response.EnsureSuccessStatusCode();
            return true;
        }
        catch (Exception e) when (e is TaskCanceledException or HttpRequestException { StatusCode: null })
        {
            return false;
        }
    }
}
