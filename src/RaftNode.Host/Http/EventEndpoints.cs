using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Cluster;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http.Description;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>GET /events</c>: what happens on the nodes, as server-sent events: first what is remembered, then what is new.
/// </summary>
internal sealed class EventEndpoints(ClusterView view, NodeEvents events, HttpSettings settings,
    CancellationToken stopping)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Watchers _readers = new(settings.MaxEventReaders, HttpSettings.EventReadersKey, stopping);
    private readonly Lock _lock = new();
    private bool _isAsking;

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/events", ["GET"], ReadAsync)
        .RequireRole(Role.Read).Describe(NodeOperations.Events);

    private Task ReadAsync(HttpContext context)
    {
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        return _readers.ServeAsync(context, (body, cancellation) => SendAsync(body, last, cancellation));
    }

    /// <summary>Sends the events until the reader has gone, or is too slow.</summary>
    /// <param name="body">Where the events are written. At most 64 KiB and one event wait to be flushed.</param>
    /// <param name="last">The id of the last event that the reader has; empty if it has none.</param>
    /// <param name="cancellation">Cancelled when the reader has gone.</param>
    internal async Task SendAsync(PipeWriter body, string last, CancellationToken cancellation)
    {
        AskWhileRead();
        using var writer = new EventStreamWriter(body);
        long after = TryReadId(last);
        writer.Id(IdOf(after));
        if (after == 0 || events.All.Read(after, 0) is null)
        {
            // An id of another process, or of an event that is no longer remembered.
            if (last.Length > 0)
                writer.Plain("reset", "{}"u8, IdOf(0));
            await writer.FlushAsync(cancellation);
            // The other nodes are asked first, so that the past is complete.
            await view.ReadAsync().WaitAsync(cancellation);
            (var past, after) = events.All.ReadAll();
            foreach (var happened in NodeEvents.InOrderOfTime(past))
            {
                Write(writer, happened, "");
                await writer.FlushIfMuchAsync(cancellation);
            }
        }
        writer.Plain("current", "{}"u8, IdOf(after));
        await writer.FlushAsync(cancellation);
        // A reader that is slower than all of the nodes for that long is dropped. It may come again.
        while (events.All.Read(after) is { } news)
        {
            if (news.Events.Length == 0)
            {
                await WaitAsync(writer, after, cancellation);
                continue;
            }
            foreach (var happened in news.Events)
            {
                Write(writer, happened, IdOf(++after));
                await writer.FlushIfMuchAsync(cancellation);
            }
            await writer.FlushAsync(cancellation);
        }
    }

    private async Task WaitAsync(EventStreamWriter writer, long after, CancellationToken cancellation)
    {
        try
        {
            await events.All.WaitAsync(after).WaitAsync(settings.Watch.KeepAlive, cancellation);
        }
        catch (TimeoutException)
        {
            writer.Id(IdOf(after));
            await writer.FlushAsync(cancellation);
        }
    }

    private static void Write(EventStreamWriter writer, NodeEvent happened, string id) =>
        writer.Plain(happened.Kind, JsonSerializer.SerializeToUtf8Bytes(happened, ClusterJson.Default.NodeEvent), id);

    private string IdOf(long position) => string.Create(CultureInfo.InvariantCulture, $"{events.Run}-{position}");

    // The position of the last event that a reader has; 0 if it is none of this process.
    private long TryReadId(string id) => id.Split('-') is [var run, var text] && run == events.Run
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long position)
            ? position
            : 0;

    // What happens on this node is known at once. The other nodes are asked as long as there is a reader.
    private void AskWhileRead()
    {
        lock (_lock)
        {
            if (_isAsking)
                return;
            _isAsking = true;
        }
        _ = AskAsync();
    }

    private async Task AskAsync()
    {
        bool goesOn = true;
        while (goesOn)
        {
            try
            {
                await view.ReadAsync();
            }
            finally
            {
                lock (_lock)
                    goesOn = _isAsking = _readers.Count > 0 && !stopping.IsCancellationRequested;
            }
            if (goesOn)
                await Task.Delay(Interval, CancellationToken.None);
        }
    }
}
