using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RaftNode.Host.Http;

/// <summary>
/// Takes the key out of a request: what follows <c>/kv/</c> in the path, percent-decoded, as UTF-8. Slashes, also
/// encoded ones, are part of it. It has to have from 1 byte up to the limit, be valid UTF-8, and have no NUL and no
/// segment <c>.</c> or <c>..</c>, which URLs give another meaning.
/// </summary>
internal static class RequestKey
{
    private const string Prefix = "/kv/";

    /// <summary>Reads the key.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The limit.</param>
    /// <param name="key">The key.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryRead(HttpContext context, int maxBytes, out string key, out string problem)
    {
        // The decoded path does not tell "%2F" from "%252F"; the target as it was sent does.
        var path = PathOf(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        if (path.StartsWith(Prefix, StringComparison.Ordinal))
            return TryDecode(path[Prefix.Length..], maxBytes, out key, out problem);
        // Routing takes more for it, such as /KV/, /%6Bv/ and /./kv/: where the key begins is then a guess.
        key = "";
        problem = "The path is /kv/ and the key, with /kv/ in lower case and not encoded.";
        return false;
    }

    /// <summary>The path of a key: all but unreserved characters and slashes are percent-encoded.</summary>
    public static string PathTo(string key) => Prefix + string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Decodes the part of the path that is the key.</summary>
    internal static bool TryDecode(string encoded, int maxBytes, out string key, out string problem)
    {
        key = "";
        problem = "";
        if (encoded.Length == 0)
        {
            problem = "The key is missing: the path is /kv/ and the key.";
            return false;
        }
        if (!PercentEncoding.TryDecode(encoded, maxBytes, out key, out problem))
        {
            problem = $"The key {problem}";
            return false;
        }
        if (key.Contains('\0'))
        {
            problem = "The key has a NUL character, which servers and proxies do not let through in a URL.";
            return false;
        }
        if (HasDotSegment(key))
        {
            problem = "The key has a segment \".\" or \"..\", which a URL cannot carry.";
            return false;
        }
        return true;
    }

    private static bool HasDotSegment(ReadOnlySpan<char> key)
    {
        foreach (var segment in key.Split('/'))
        {
            if (key[segment] is "." or "..")
                return true;
        }
        return false;
    }

    // A target begins with its path, or, as clients send it to a proxy, with a scheme and a host.
    private static string PathOf(string target)
    {
        var end = target.IndexOf('?');
        var path = end < 0 ? target : target[..end];
        if (path.StartsWith('/'))
            return path;
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? -1 : path.IndexOf('/', scheme + "://".Length);
        return start < 0 ? "" : path[start..];
    }
}
