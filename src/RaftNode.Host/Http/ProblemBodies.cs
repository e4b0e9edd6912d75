using Akka.Event;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace RaftNode.Host.Http;

/// <summary>
/// Refuses requests that no endpoint would accept. Gives a problem body to every error answer without one: answers of
/// routing, of Kestrel, and after a fault of this program.
/// </summary>
internal sealed class ProblemBodies(ILoggingAdapter log)
{
    /// <summary>Passes a request on, or answers it.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            if (Mistake(context.Request) is { } mistake)
                await Problems.WriteAsync(context, Problems.BadRequest(mistake));
            else if (context.Request.Path == "/" && PathName.PathOf(Target(context)) is not ("/" or ""))
                // The page is at / itself, and not where dot segments lead to it.
                await Problems.WriteAsync(context, Problems.NoSuchPath(Target(context)));
            else
                await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, Problems.Malformed(e.StatusCode, e.Message));
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            log.Error(e, "{0} {1} failed", context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await Problems.WriteAsync(context, Problems.Internal());
            return;
        }
        var response = context.Response;
        if (response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
            await Problems.WriteAsync(context, Problem(context));
    }

    private static string? Mistake(HttpRequest request)
    {
        var query = request.QueryString.Value ?? "";
        if (!PercentEncoding.TryDecode(query, int.MaxValue, out _, out var problem))
            return $"The query {problem}";
        // A part of a value would replace the whole value (RFC 9110, section 14.5).
        var writes = HttpMethods.IsPut(request.Method) || HttpMethods.IsPost(request.Method);
        return writes && request.Headers.ContentRange.Count > 0
            ? "Content-Range is not supported: a value is written as a whole."
            : null;
    }

    private static ProblemHttpResult Problem(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problems.NoSuchPath(Target(context)),
        StatusCodes.Status405MethodNotAllowed =>
            Problems.NotAllowed(context.Request.Method, context.Response.Headers.Allow.ToString()),
        var status => Problems.Malformed(status, "The request cannot be answered."),
    };

    // The path as it was sent. In the path that the server shows, dot segments are removed.
    private static string Target(HttpContext context) => context.Features.Get<IHttpRequestFeature>()!.RawTarget;
}
