using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace RaftActors.Bench;

/// <summary>One client.</summary>
internal sealed class HttpClientSession(HttpTarget node, HttpRequests requests, int client,
    LoadTally tally) : IDisposable
{
    private readonly Random _random = new(client);
    private HttpConnection? _connection;

    /// <summary>Sends a request whenever the one before is answered, until the load ends.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        for (var now = Stopwatch.GetTimestamp(); now < tally.End; now = Stopwatch.GetTimestamp())
            await SendAsync(now, stop);
    }

    /// <summary>Sends requests that are due, until there are no more or the time is over.</summary>
    public async Task RunAsync(ChannelReader<long> due, long latest, CancellationToken stop)
    {
        await foreach (var start in due.ReadAllAsync(stop))
        {
            if (Stopwatch.GetTimestamp() < latest)
                await SendAsync(start, stop);
            else
                CountUnanswered();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    private async Task SendAsync(long start, CancellationToken stop)
    {
        try
        {
            if (_connection?.IsSpent != false)
            {
                _connection?.Dispose();
                _connection = await HttpConnection.ConnectAsync(node, stop);
            }
            var answer = await _connection.SendAsync(requests.Next(_random), stop);
            Count(start, answer.Outcome, answer.Outcome == Outcome.Failed ? $"HTTP {answer.Status}" : "");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            _connection?.Dispose();
            _connection = null;
            Count(start, Outcome.Failed, e is SocketException socket ? socket.SocketErrorCode.ToString() : "closed");
        }
    }

    // Several clients share a tally.
    private void Count(long start, Outcome outcome, string reason)
    {
        lock (tally)
            tally.Count(start, Stopwatch.GetTimestamp(), outcome, reason);
    }

    private void CountUnanswered()
    {
        lock (tally)
            tally.CountUnanswered(1);
    }
}
