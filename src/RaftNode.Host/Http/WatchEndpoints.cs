using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http.Description;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>GET /watch?from=INDEX&amp;prefix=TEXT</c>: the changes of keys as server-sent events, in the order of the log,
/// each once. A client can resume at any node with <c>Last-Event-ID</c>.
/// </summary>
internal sealed class WatchEndpoints(NodeGroups groups, HttpSettings settings, CancellationToken stopping)
{
    private const int MostAtOnce = 256;

    // To copy the state for one watcher delays the store a little. To copy it for many at a time would delay the store
    // for long.
    private readonly SemaphoreSlim _copying = new(1);
    private readonly Watchers _watchers =
        new(settings.Watch.MaxWatchers, "raftnode.watch.max-watchers", stopping);

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/watch", ["GET"], WatchAsync).RequireRole(Role.Read)
            .Describe(KeyValueOperations.Watch);

    private async Task WatchAsync(HttpContext context)
    {
        if (!GroupParameter.TryRead(context.Request, groups, "The order of changes", out var group, out string problem)
            || !TryReadStart(context.Request, out var after, out problem)
            || !TryReadPrefix(context.Request, out var prefix, out problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        if (group.Stores.Current is not { } store)
        {
            await Problems.WriteAsync(context,
                Problems.PeerSilent("The node's peer is not running: it recovers, or starts again after a failure."));
            return;
        }
        await _watchers.ServeAsync(context, async (body, cancellation) =>
        {
            using var events = new EventStreamWriter(body);
            var start = after ?? store.Present;
            events.Id(start);
            await events.FlushAsync(cancellation);
            await SendChangesAsync(events, group.Stores, prefix, start, cancellation);
        });
    }

    private async Task SendChangesAsync(EventStreamWriter events, KeyValueStores stores, string prefix,
        Position after, CancellationToken cancellation)
    {
        var changes = new List<Change>();
        bool startsOver = false;
        while (true)
        {
            if (stores.Current is not { } store)
            {
                // The state may have been found to be wrong. Then the part that was sent may be wrong, too.
                startsOver = true;
                await WaitAsync(events, stores.NextAsync(), after, cancellation);
                continue;
            }
            changes.Clear();
            if (!startsOver && store.ReadChanges(after, prefix, MostAtOnce, changes) is { } upTo)
            {
                foreach (var change in changes)
                    await SendAsync(events, store, change, cancellation);
                if (upTo != after)
                {
                    after = upTo;
                    await events.FlushAsync(cancellation);
                    continue;
                }
                await WaitAsync(events, store.WaitAsync(after), after, cancellation);
            }
            else
            {
                after = await SendStateAsync(events, store, prefix, cancellation);
                startsOver = false;
            }
        }
    }

    private async Task WaitAsync(EventStreamWriter events, Task news, Position after, CancellationToken cancellation)
    {
        try
        {
            await news.WaitAsync(settings.Watch.KeepAlive, cancellation);
        }
        catch (TimeoutException)
        {
            events.Id(after);
            await events.FlushAsync(cancellation);
        }
    }

    // Until the whole state has been sent, the id stays the former one. A watcher that is cut off meanwhile gets the
    // state again.
    private async Task<Position> SendStateAsync(EventStreamWriter events, KeyValueStore store, string prefix,
        CancellationToken cancellation)
    {
        var values = new List<Change>();
        Position position;
        await _copying.WaitAsync(cancellation);
        try
        {
            position = store.ReadState(prefix, values);
        }
        finally
        {
            _copying.Release();
        }
        events.Reset(position);
        foreach (var value in values)
        {
            events.Put(value, Position.Of(value.Index, store.Histories), isResumable: false);
            await events.FlushIfMuchAsync(cancellation);
        }
        events.Current(position);
        await events.FlushAsync(cancellation);
        return position;
    }

    private static ValueTask SendAsync(EventStreamWriter events, KeyValueStore store, Change change,
        CancellationToken cancellation)
    {
        var position = Position.Of(change.Index, store.Histories);
        if (change.Value is null)
            events.Delete(change, position);
        else
            events.Put(change, position, isResumable: true);
        return events.FlushIfMuchAsync(cancellation);
    }

    // Reads the position after which to begin; null for the present one.
    private static bool TryReadStart(HttpRequest request, out Position? after, out string problem)
    {
        after = null;
        problem = "";
        // If the header occurs more than once, the text is a list and not an index.
        if (request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            problem = "Last-Event-ID is the id of the last event that was received.";
            return TryReadPosition(last, 0, ref after);
        }
        string? from = request.Query["from"];
        problem = "from is the first index wanted, 1 or more, as it stands in an ETag.";
        return from is null || TryReadPosition(from, 1, ref after);
    }

    // A prefix that is not UTF-8 was refused before.
    private static bool TryReadPrefix(HttpRequest request, out string prefix, out string problem)
    {
        var named = request.Query["prefix"];
        prefix = named.ToString();
        problem = "prefix is one text that keys begin with, without a NUL character, which no key has.";
        return named.Count <= 1 && !prefix.Contains('\0');
    }

    private static bool TryReadPosition(string text, int first, ref Position? after)
    {
        if (!Position.TryParse(text, out var position) || position.Index < first)
            return false;
        after = position with { Index = position.Index - first };
        return true;
    }
}
