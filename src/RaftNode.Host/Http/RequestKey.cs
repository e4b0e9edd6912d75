using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RaftNode.Host.Http;

/// <summary>
/// Takes the key out of a request: what follows <c>/kv/</c> in the path, percent-decoded, as UTF-8. Slashes, also encoded ones, are part of it. It has to have from 1 byte up to the
/// limit, be valid UTF-8, and have no segment <c>.</c> or <c>..</c>, which URLs give another meaning.
/// </summary>
internal static class RequestKey
{
    private const string Prefix = "/kv/";
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

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
        var bytes = encoded.Length <= 1024 ? stackalloc byte[encoded.Length] : new byte[encoded.Length];
        if (!TryUnescape(encoded, bytes, out var length))
        {
            problem = "The key is not well encoded: a '%' is followed by two hexadecimal digits, and other characters are ASCII.";
            return false;
        }
        if (length > maxBytes)
        {
            problem = $"The key has {length} bytes; the limit is {maxBytes}.";
            return false;
        }
        try
        {
            key = Strict.GetString(bytes[..length]);
        }
        catch (DecoderFallbackException)
        {
            problem = "The key is not UTF-8.";
            return false;
        }
        if (key.Split('/').Any(segment => segment is "." or ".."))
        {
            problem = "The key has a segment \".\" or \"..\", which a URL cannot carry.";
            return false;
        }
        return true;
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

    private static bool TryUnescape(string encoded, Span<byte> bytes, out int length)
    {
        length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var c = encoded[i];
            if (c == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit(encoded[i + 1]) || !char.IsAsciiHexDigit(encoded[i + 2]))
                    return false;
                c = (char)Convert.ToByte(encoded.Substring(i + 1, 2), 16);
                i += 2;
            }
            else if (!char.IsAscii(c))
            {
                return false;
            }
            bytes[length++] = (byte)c;
        }
        return true;
    }
}
