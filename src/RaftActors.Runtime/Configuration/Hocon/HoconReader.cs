using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>The characters of a HOCON text: blanks, comments, quoted and unquoted text, paths.</summary>
internal sealed class HoconReader(string text)
{
    /// <summary>Characters with a meaning in HOCON, or kept for one: they need quotes inside a text.</summary>
    private const string Reserved = "$\"{}[]:=,#`^?!@*&\\";

    public int Position { get; private set; } = text.StartsWith('\uFEFF') ? 1 : 0;

    public bool AtEnd => Position >= text.Length;

    public char Current => AtEnd ? '\0' : text[Position];

    public bool At(string token) => string.CompareOrdinal(text, Position, token, 0, token.Length) == 0;

    /// <summary>The last character before the present position that is not blank.</summary>
    public char LastTaken => text.AsSpan(0, Position).TrimEnd() is { Length: > 0 } taken ? taken[^1] : '\0';

    public bool AtComment => Current == '#' || At("//");

    public bool AtNewline => Current is '\n' or '\r';

    public bool AtBlank => !AtEnd && !AtNewline && char.IsWhiteSpace(Current);

    public bool AtUnquoted => !AtEnd && !char.IsWhiteSpace(Current) && !AtComment && !Reserved.Contains(Current) && !At("+=");

    public void Skip(int count) => Position += count;

    public bool TryTake(string token)
    {
        if (!At(token))
            return false;
        Position += token.Length;
        return true;
    }

    public void SkipBlanks()
    {
        while (AtBlank)
            Position++;
    }

    public void SkipBlanksAndComments()
    {
        while (!AtEnd)
        {
            if (char.IsWhiteSpace(Current))
                Position++;
            else if (AtComment)
                SkipLine();
            else
                return;
        }
    }

    public string TakeBlanks()
    {
        var start = Position;
        SkipBlanks();
        return text[start..Position];
    }

    public string TakeUnquoted()
    {
        var start = Position;
        while (AtUnquoted)
            Position++;
        return text[start..Position];
    }

    public string TakeQuoted() => At("\"\"\"") ? TakeTripleQuoted() : TakeSingleQuoted();

    /// <summary>A dotted path: unquoted elements may contain blanks inside, quoted ones anything.</summary>
    public List<string> TakePath()
    {
        var path = new List<string>();
        do
        {
            SkipBlanks();
            path.Add(TakePathElement());
        }
        while (TryTake("."));
        return path;
    }

    public HoconSyntaxException Error(string problem, int position = -1)
    {
        if (position < 0)
            position = Position;
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        return new HoconSyntaxException(null, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'), problem);
    }

    /// <summary>What stands at the present position, for an error message.</summary>
    public string Describe() => AtEnd ? "the end of the text" : AtNewline ? "the end of the line" : $"'{Current}'";

    private void SkipLine()
    {
        var end = text.IndexOf('\n', Position);
        Position = end < 0 ? text.Length : end;
    }

    private string TakePathElement()
    {
        var element = new StringBuilder();
        var quoted = false;
        while (true)
        {
            if (Current == '"')
            {
                element.Append(TakeQuoted());
                quoted = true;
            }
            else if (AtUnquoted && Current != '.')
            {
                element.Append(Current);
                Position++;
            }
            else
            {
                // Blanks inside an element belong to it, those after it do not.
                var blanks = TakeBlanks();
                if (blanks.Length == 0 || !(Current == '"' || (AtUnquoted && Current != '.')))
                    break;
                element.Append(blanks);
            }
        }
        if (element.Length == 0 && !quoted)
            throw Error($"expected a key, found {Describe()}");
        return element.ToString();
    }

    private string TakeTripleQuoted()
    {
        var start = Position + 3;
        var end = text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
        if (end < 0)
            throw Error("a text that starts with \"\"\" does not end");
        // Quotes before the closing three belong to the text.
        while (end + 3 < text.Length && text[end + 3] == '"')
            end++;
        Position = end + 3;
        return text[start..end];
    }

    private string TakeSingleQuoted()
    {
        var start = Position++;
        var content = new StringBuilder();
        while (Current != '"')
        {
            if (AtEnd || AtNewline)
                throw Error("a quoted text does not end on its line", start);
            if (Current == '\\')
            {
                content.Append(TakeEscape());
            }
            else
            {
                content.Append(Current);
                Position++;
            }
        }
        Position++;
        return content.ToString();
    }

    private char TakeEscape()
    {
        var start = Position;
        Position += 2;
        switch (start + 1 < text.Length ? text[start + 1] : '\0')
        {
            case '"': return '"';
            case '\\': return '\\';
            case '/': return '/';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when start + 6 <= text.Length
                          && ushort.TryParse(text.AsSpan(start + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                Position += 4;
                return (char)code;
            default: throw Error("unknown escape; a backslash itself is written \\\\", start);
        }
    }
}
