using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Http.Description;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>GET /</c>: the operator's page. It is one document without anything from elsewhere. Its policy lets a browser run
/// the one script and use the one style sheet that are in the document, and ask nobody but this node.
/// </summary>
internal sealed class PageEndpoint
{
    private readonly byte[] _page;
    private readonly string _policy;
    private readonly string _tag;

    private PageEndpoint(byte[] page)
    {
        _page = page;
        string text = Encoding.UTF8.GetString(page);
        // The page makes no HTML out of text: require-trusted-types-for has the browser refuse it if it did.
        _policy = $"default-src 'none'; script-src '{HashOf(text, "script")}'; style-src '{HashOf(text, "style")}'; "
            + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types 'none'";
        _tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(page).AsSpan(0, 8))}\"";
    }

    /// <summary>Reads the page out of the assembly.</summary>
    public static PageEndpoint Load()
    {
        using var stream = typeof(PageEndpoint).Assembly.GetManifestResourceStream("RaftNode.Host.page.html")
            ?? throw new InvalidOperationException("The assembly has no page.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return new PageEndpoint(bytes.ToArray());
    }

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/", ["GET", "HEAD"], GetAsync).RequireRole(Role.Anyone).Describe(NodeOperations.Page);

    private async Task GetAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = _policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        headers.ETag = _tag;
        if (context.Request.Headers.IfNoneMatch.ToString() == _tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = _page.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(_page, context.RequestAborted);
    }

    // The hash of the only element of a kind, as a browser computes it (CSP 3, 6.7.3.3).
    private static string HashOf(string page, string element)
    {
        int start = page.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        int end = page.IndexOf($"</{element}>", start, StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page[start..end])))}";
    }
}
