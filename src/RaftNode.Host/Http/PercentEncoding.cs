using System.Globalization;
using System.Text;

namespace RaftNode.Host.Http;

/// <summary>
/// Decodes percent-encoded text of a URL strictly: the text must be ASCII, and must decode to valid UTF-8.
/// </summary>
internal static class PercentEncoding
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Decodes a text.</summary>
    /// <param name="encoded">The text as it is in the URL.</param>
    /// <param name="maxBytes">The most bytes of UTF-8 that the decoded text may have.</param>
    /// <param name="text">The decoded text.</param>
    /// <param name="problem">
    /// What is wrong with the text, as the end of a sentence that begins with what the text is.
    /// </param>
    public static bool TryDecode(ReadOnlySpan<char> encoded, int maxBytes, out string text, out string problem)
    {
        (text, problem) = ("", "");
        var bytes = encoded.Length <= 1024 ? stackalloc byte[encoded.Length] : new byte[encoded.Length];
        if (!TryUnescape(encoded, bytes, out var length))
        {
            problem =
                "is not well encoded: a '%' is followed by two hexadecimal digits, and other characters are ASCII.";
            return false;
        }
        if (length > maxBytes)
        {
            problem = $"has {length} bytes; the limit is {maxBytes}.";
            return false;
        }
        try
        {
            text = Strict.GetString(bytes[..length]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            problem = "is not UTF-8.";
            return false;
        }
    }

    private static bool TryUnescape(ReadOnlySpan<char> encoded, Span<byte> bytes, out int length)
    {
        length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var c = encoded[i];
            if (c == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit(encoded[i + 1])
                    || !char.IsAsciiHexDigit(encoded[i + 2]))
                    return false;
                c = (char)byte.Parse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture);
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
