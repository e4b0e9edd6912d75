using Microsoft.AspNetCore.Http;

namespace RaftNode.Host.Http;

/// <summary>
/// Refuses requests that a web page of another site has a browser send, unless they only read: such a page must not
/// press the buttons of the operator's page. A client that is no browser sends none of the headers.
/// </summary>
/// <remarks>
/// Browsers say with <c>Sec-Fetch-Site</c> where a request comes from. Older ones, and those that reach the node
/// without TLS at another name than localhost, only send <c>Origin</c>. A page cannot change either header.
/// </remarks>
internal static class CrossSiteRequests
{
    /// <summary>Passes a request on, or refuses it.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        IsSafe(context.Request.Method) || Foreign(context.Request) is not { } origin
            ? next(context)
            : Problems.WriteAsync(context, Problems.CrossSite(origin));

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
            || HttpMethods.IsTrace(method);

    // The header that says that a request comes from elsewhere; null if none does.
    private static string? Foreign(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none"))
            return $"Sec-Fetch-Site: {site}";
        string origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
            return null;
        // A proxy may speak TLS with the browser and not with the node: the scheme does not count.
        bool isOwn = Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
        return isOwn ? null : $"Origin: {origin}";
    }
}
