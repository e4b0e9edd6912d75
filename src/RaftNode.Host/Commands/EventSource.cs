using System.Net;
using System.Runtime.CompilerServices;

namespace RaftNode.Host.Commands;

/// <summary>
/// The server-sent events of a cluster. When the connection to a node is lost, the events go on at the next node that
/// answers, after the last event that was received.
/// </summary>
/// <param name="client">The nodes.</param>
/// <param name="path">The path and query of the events.</param>
/// <param name="patience">How long to look for a node after one was lost.</param>
internal sealed class EventSource(NodeClient client, string path, TimeSpan patience)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private string _lastId = "";
    private int _node;
    private CommandException? _why;

    /// <summary>Called with the lost node and the node at which the events go on.</summary>
    public Action<Uri, Uri> OnResume { get; init; } = static (_, _) => { };

    /// <summary>Reads the events until the caller stops.</summary>
    /// <param name="stop">Stops the reading, which then ends without an exception.</param>
    /// <exception cref="CommandException">
    /// A node refused the request, or no node answered for the time that the caller gave.
    /// </exception>
    public async IAsyncEnumerable<ServerSentEvent> ReadAsync(
        [EnumeratorCancellation] CancellationToken stop)
    {
        var response = await FirstAsync(stop);
        while (response is not null)
        {
            using (response)
            using (var events = new EventStreamReader(response, _lastId))
            {
                while (await NextAsync(events, stop) is { } next)
                {
                    _lastId = events.LastId;
                    yield return next;
                }
                _lastId = events.LastId;
                if (stop.IsCancellationRequested)
                    yield break;
            }
            response = await ResumeAsync(stop);
        }
    }

    private static async Task<ServerSentEvent?> NextAsync(EventStreamReader events, CancellationToken stop)
    {
        try
        {
            return await events.NextAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage?> FirstAsync(CancellationToken stop)
    {
        var response = await OpenAnyAsync(stop);
        return response is null && !stop.IsCancellationRequested ? throw WhyNot() : response;
    }

    private async Task<HttpResponseMessage?> ResumeAsync(CancellationToken stop)
    {
        var lost = client.Nodes[_node];
        _node++;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        while (!limit.IsCancellationRequested)
        {
            // A node that ends all events at once is not asked without a pause.
            await Task.Delay(Pause, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await OpenAnyAsync(limit.Token) is { } response)
            {
                OnResume(lost, client.Nodes[_node]);
                return response;
            }
        }
        return stop.IsCancellationRequested ? null : throw WhyNot();
    }

    private CommandException WhyNot() => _why ?? new CommandException(NodeClient.NoneReachable);

    // Asks each node once, the node of the last connection first.
    private async Task<HttpResponseMessage?> OpenAnyAsync(CancellationToken stop)
    {
        _why = null;
        for (var tried = 0; tried < client.Nodes.Count && !stop.IsCancellationRequested; tried++, _node++)
        {
            _node %= client.Nodes.Count;
            if (await OpenAsync(client.Nodes[_node], stop) is { } response)
                return response;
        }
        return null;
    }

    private async Task<HttpResponseMessage?> OpenAsync(Uri node, CancellationToken stop)
    {
        try
        {
            var response = await client.OpenEventsAsync(node, path, _lastId, stop);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                var failure = await NodeClient.FailureAsync(response);
                // Another node may be able to do it.
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                    throw failure;
                _why = failure;
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The node is down. The next node is asked, and if there is none, WhyNot says so.
        }
        return null;
    }
}
