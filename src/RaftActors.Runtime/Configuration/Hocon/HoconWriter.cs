using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Writes resolved values as HOCON that parses to the same values.</summary>
internal static class HoconWriter
{
    public static string Write(HoconValue value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    /// <summary>The fields of an object without braces around them, as a document has them.</summary>
    public static string Write(HoconObject fields)
    {
        var text = new StringBuilder();
        WriteFields(text, fields, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, HoconValue value, int depth)
    {
        if (value.GetObject() is { } fields)
        {
            text.Append("{\n");
            WriteFields(text, fields, depth + 1);
            text.Append(' ', 2 * depth).Append('}');
        }
        else if (value.IsArray())
        {
            text.Append('[');
            var first = true;
            foreach (var item in value.GetArray())
            {
                if (!first)
                    text.Append(", ");
                first = false;
                Write(text, item, depth);
            }
            text.Append(']');
        }
        else if (value.GetString() is { } content)
        {
            WriteText(text, content);
        }
        else
        {
            text.Append("null");
        }
    }

    private static void WriteFields(StringBuilder text, HoconObject fields, int depth)
    {
        foreach (var (key, value) in fields.Items)
        {
            text.Append(' ', 2 * depth);
            WriteKey(text, key);
            text.Append(" : ");
            Write(text, value, depth);
            text.Append('\n');
        }
    }

    private static void WriteKey(StringBuilder text, string key)
    {
        if (key.Contains('.') || key == "include")
            WriteQuoted(text, key);
        else
            WriteText(text, key);
    }

    private static void WriteText(StringBuilder text, string content)
    {
        var plain = content.Length > 0 && content != "null" && content.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') && !content.Contains("//");
        if (plain)
            text.Append(content);
        else
            WriteQuoted(text, content);
    }

    private static void WriteQuoted(StringBuilder text, string content)
    {
        text.Append('"');
        foreach (var c in content)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else if (char.IsControl(c))
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }
        text.Append('"');
    }
}
