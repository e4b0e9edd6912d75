using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RaftNode.Host.Http;

/// <summary>
/// Takes a name out of a request: what follows a prefix in the path, percent-decoded, as UTF-8. Slashes, also encoded
/// ones, are part of it. It has to have from 1 byte up to the limit, be valid UTF-8, and have no NUL and no segment
/// <c>.</c> or <c>..</c>, which URLs give another meaning.
/// </summary>
/// <param name="prefix">What the path begins with.</param>
/// <param name="noun">What the name is, in a sentence.</param>
internal sealed class PathName(string prefix, string noun)
{
    /// <summary>The most bytes of the name of a lease: 1,000 characters of any script.</summary>
    public const int MaxLeaseBytes = 4096;

    /// <summary>The key of a value.</summary>
    public static readonly PathName Key = new("/kv/", "key");

    /// <summary>The name of a lease.</summary>
    public static readonly PathName Lease = new("/leases/", "name of a lease");

    /// <summary>Reads the name.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The limit.</param>
    /// <param name="name">The name.</param>
    /// <param name="problem">What is wrong with it.</param>
    public bool TryRead(HttpContext context, int maxBytes, out string name, out string problem)
    {
        // The decoded path does not tell "%2F" from "%252F"; the target as it was sent does.
        var path = PathOf(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        if (path.StartsWith(prefix, StringComparison.Ordinal))
            return TryDecode(path.AsSpan(prefix.Length), maxBytes, out name, out problem);
        // Routing takes more for it, such as /KV/, /%6Bv/ and /./kv/: where the name begins is then a guess.
        name = "";
        problem = $"The path is {prefix} and the {noun}, with {prefix} in lower case and not encoded.";
        return false;
    }

    /// <summary>The path of a name: all but unreserved characters and slashes are percent-encoded.</summary>
    public string PathTo(string name) => prefix + string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Decodes the part of the path that is the name.</summary>
    internal bool TryDecode(ReadOnlySpan<char> encoded, int maxBytes, out string name, out string problem)
    {
        name = "";
        problem = "";
        if (encoded.Length == 0)
        {
            problem = $"The {noun} is missing: the path is {prefix} and the {noun}.";
            return false;
        }
        if (!PercentEncoding.TryDecode(encoded, maxBytes, out name, out problem))
        {
            problem = $"The {noun} {problem}";
            return false;
        }
        if (name.Contains('\0'))
        {
            problem = $"The {noun} has a NUL character, which servers and proxies do not let through in a URL.";
            return false;
        }
        if (HasDotSegment(name))
        {
            problem = $"The {noun} has a segment \".\" or \"..\", which a URL cannot carry.";
            return false;
        }
        return true;
    }

    private static bool HasDotSegment(ReadOnlySpan<char> name)
    {
        foreach (var segment in name.Split('/'))
        {
            if (name[segment] is "." or "..")
                return true;
        }
        return false;
    }

    /// <summary>
    /// The path in the target of a request, as it was sent. A target begins with its path, or, as clients send it to a
    /// proxy, with a scheme and a host.
    /// </summary>
    public static string PathOf(string target)
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
