using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>Serves event streams, a bounded number at a time.</summary>
/// <param name="most">How many may be served at a time.</param>
/// <param name="key">The setting that gives the bound, for the answer to one too many.</param>
/// <param name="stopping">Cancelled when the node stops.</param>
internal sealed class Watchers(int most, string key, CancellationToken stopping)
{
    private int _count;

    /// <summary>How many are served.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Serves a stream until its reader has gone, or the node stops. Refuses one too many.</summary>
    /// <param name="context">The request.</param>
    /// <param name="send">Writes the events until it is cancelled.</param>
    /// <remarks>
    /// Kestrel ends the connection of a reader that takes less than 240 bytes a second while something waits for it.
    /// </remarks>
    public async Task ServeAsync(HttpContext context, Func<PipeWriter, CancellationToken, Task> send)
    {
        HostMetrics.Watchers.Add(1);
        try
        {
            if (Interlocked.Increment(ref _count) > most)
            {
                await Problems.WriteAsync(context, Problems.TooManyWatchers(most, key));
                return;
            }
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            try
            {
                await send(context.Response.BodyWriter, ending.Token);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // The reader has gone, or the node stops. Then the reader goes on at another node.
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
            HostMetrics.Watchers.Add(-1);
        }
    }
}
