using Microsoft.AspNetCore.Http;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Http;

/// <summary>
/// Limits the number of requests under way and the bytes of their bodies. It refuses a request before its body is read,
/// so a refusal costs next to nothing.
/// </summary>
internal sealed class RequestLimit(HttpSettings settings)
{
    private int _requests;
    private long _bytes;

    /// <summary>Passes a request on, or refuses it.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsLimited(context.Request))
        {
            await next(context);
            return;
        }
        var bytes = Math.Min(context.Request.ContentLength ?? (HasBody(context.Request) ? settings.MaxValueBytes : 0),
            settings.MaxValueBytes);
        var (requests, allBytes) = (Interlocked.Increment(ref _requests), Interlocked.Add(ref _bytes, bytes));
        try
        {
            if (requests > settings.MaxRequests)
                await Problems.WriteAsync(context,
                    Problems.Overloaded($"{settings.MaxRequests} requests are under way, the most that "
                    + "raftnode.http.max-requests allows."));
            else if (allBytes > settings.MaxBodyBytes)
                await Problems.WriteAsync(context,
                    Problems.Overloaded($"The bodies of the requests under way would have {allBytes} bytes; "
                    + $"raftnode.http.max-body-bytes allows {settings.MaxBodyBytes}."));
            else
                await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
            Interlocked.Add(ref _bytes, -bytes);
        }
    }

    // Ignores case, as routing does.
    private static bool IsLimited(HttpRequest request) =>
        request.Path.StartsWithSegments("/kv", StringComparison.OrdinalIgnoreCase)
            || request.Path.StartsWithSegments("/sessions", StringComparison.OrdinalIgnoreCase)
            || request.Path.StartsWithSegments("/leases", StringComparison.OrdinalIgnoreCase);

    private static bool HasBody(HttpRequest request) =>
        request.Headers.TransferEncoding.Count > 0 || !HttpProtocol.IsHttp11(request.Protocol);
}
