using System.Globalization;
using System.Text;

namespace RaftNode.Host.Commands;

/// <summary>Shows keys and values of clients in one line, without characters that would control a terminal.</summary>
internal static class Printable
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Text with its control characters escaped.</summary>
    public static string Text(string text)
    {
        if (!text.Any(IsEscaped))
            return text;
        var shown = new StringBuilder();
        foreach (var character in text)
        {
            if (!IsEscaped(character))
                shown.Append(character);
            else if (character is '\n' or '\t' or '\r')
                shown.Append(character switch { '\n' => @"\n", '\t' => @"\t", _ => @"\r" });
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }
        return shown.ToString();
    }

    /// <summary>Bytes as text, or how many they are if they are not UTF-8.</summary>
    public static string Bytes(byte[] bytes)
    {
        try
        {
            return Text(Strict.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"({bytes.Length} bytes that are not text)");
        }
    }

    // Characters of the categories Cc, Cf, Zl and Zp move the cursor, turn the direction, or end a line.
    private static bool IsEscaped(char character) => char.GetUnicodeCategory(character) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
