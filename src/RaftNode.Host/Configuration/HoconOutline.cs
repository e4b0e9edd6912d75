using System.Text;

namespace RaftNode.Host.Configuration;

/// <summary>
/// Finds the places of the keys in a HOCON file, and finds out whether the file is complete. Akka.NET's parser does
/// neither: it knows no line numbers, and accepts a file that is cut off.
/// </summary>
/// <remarks>
/// The class reads only as much of HOCON as is needed for that. The parser reports all other errors.
/// </remarks>
internal sealed class HoconOutline
{
    private readonly string _text;
    private readonly List<(string Path, int Line)> _keys = [];
    private readonly List<(string Name, string Prefix)> _included = [];
    private int _at;
    private int _line = 1;

    private HoconOutline(string text) => _text = text;

    /// <summary>
    /// The keys with their full paths, in the order of the file. A key that occurs twice is listed twice.
    /// </summary>
    public IReadOnlyList<(string Path, int Line)> Keys => _keys;

    /// <summary>The names of the included files, each with the path of the section that includes it.</summary>
    public IReadOnlyList<(string Name, string Prefix)> Included => _included;

    /// <summary>What is wrong with the file as a whole; <c>null</c> if nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the outline of a file.</summary>
    public static HoconOutline Of(string text)
    {
        var outline = new HoconOutline(text);
        outline.Section("", closing: '\0', opened: 1);
        return outline;
    }

    private bool IsAtEnd => _at >= _text.Length || Problem is not null;

    // Reads keys and values up to the closing brace or the end of the file.
    private void Section(string path, char closing, int opened)
    {
        while (true)
        {
            Skip(newlines: true);
            if (IsAtEnd)
            {
                if (closing != '\0')
                    Problem ??= $"the {{ in line {opened} is not closed: the file is cut off, or a }} is missing";
                return;
            }
            switch (_text[_at])
            {
                case '}' when closing == '}':
                    _at++;
                    return;
                case '}' or ']':
                    Problem ??= $"the {_text[_at]} in line {_line} closes nothing";
                    return;
                case '{' when closing == '\0' && path.Length == 0:
                    _at++;
                    Section("", '}', _line);
                    break;
                case ',':
                    _at++;
                    break;
                default:
                    Entry(path);
                    break;
            }
        }
    }

    private void Entry(string path)
    {
        var line = _line;
        var key = Key(out var isInclude);
        if (isInclude)
        {
            Skip(newlines: false);
            if (!IsAtEnd && _text[_at] == '"')
                _included.Add((Quoted(), path));
            return;
        }
        var full = path.Length > 0 && key.Length > 0 ? $"{path}.{key}" : path + key;
        if (key.Length > 0)
            _keys.Add((full, line));
        Value(full);
    }

    // Reads a key up to a separator or an opening brace.
    private string Key(out bool isInclude)
    {
        var key = new StringBuilder();
        var word = _at;
        while (!IsAtEnd && _text[_at] is not ('=' or ':' or '{' or '}' or '[' or ']' or ',' or '\n' or '#')
            && !IsComment)
        {
            if (_text[_at] == '"')
            {
                if (_text[word.._at].Trim() == "include")
                {
                    isInclude = true;
                    return "";
                }
                key.Append(RaftActors.KnownKeys.Quoted(Quoted()));
            }
            else
            {
                key.Append(_text[_at++]);
            }
        }
        isInclude = false;
        return key.ToString().TrimEnd('+').Trim();
    }

    // Reads a value up to the end of its line, a comma, or the end of the section or list around it.
    private void Value(string path)
    {
        while (true)
        {
            Skip(newlines: false);
            if (IsAtEnd || _text[_at] is '\n' or ',' or '}' or ']')
                return;
            switch (_text[_at])
            {
                case '=' or ':':
                    _at++;
                    Skip(newlines: true);
                    break;
                case '{':
                    _at++;
                    Section(path, '}', _line);
                    break;
                case '[':
                    _at++;
                    List(path, _line);
                    break;
                case '"':
                    Quoted();
                    break;
                case '$' when _at + 1 < _text.Length && _text[_at + 1] == '{':
                    Substitution(path);
                    break;
                default:
                    _at++;
                    break;
            }
        }
    }

    private void List(string path, int opened)
    {
        while (true)
        {
            Skip(newlines: true);
            if (IsAtEnd)
            {
                Problem ??= $"the [ in line {opened} is not closed: the file is cut off, or a ] is missing";
                return;
            }
            switch (_text[_at])
            {
                case ']':
                    _at++;
                    return;
                case '}':
                    Problem ??= $"the }} in line {_line} closes nothing: the [ in line {opened} is open";
                    return;
                case ',':
                    _at++;
                    break;
                default:
                    // A list is not a section, so the keys of objects in it get the path of the list.
                    Value(path);
                    break;
            }
        }
    }

    private void Substitution(string path)
    {
        var end = _text.IndexOf('}', _at);
        if (end < 0)
        {
            Problem ??= $"the ${{ in line {_line} is not closed";
            return;
        }
        var target = _text[(_at + 2)..end].TrimStart('?').Trim();
        if (path == target || path.StartsWith(target + ".", StringComparison.Ordinal))
            Problem ??= $"the value of {path} in line {_line} refers to itself, by ${{{target}}}";
        _at = end + 1;
    }

    private string Quoted()
    {
        var opened = _line;
        var triple = _text.AsSpan(_at).StartsWith("\"\"\"");
        var quote = triple ? "\"\"\"" : "\"";
        var start = _at += quote.Length;
        while (_at < _text.Length && !_text.AsSpan(_at).StartsWith(quote))
        {
            if (_text[_at] == '\n')
                _line++;
            _at += !triple && _text[_at] == '\\' ? 2 : 1;
        }
        if (_at >= _text.Length)
        {
            Problem ??= $"the {quote} in line {opened} is not closed";
            return "";
        }
        var text = _text[start.._at];
        _at += quote.Length;
        return text;
    }

    private bool IsComment => _text[_at] == '#' || _text.AsSpan(_at).StartsWith("//");

    // Skips blanks and comments. A comment ends before its newline.
    private void Skip(bool newlines)
    {
        while (!IsAtEnd)
        {
            if (IsComment)
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else if (_text[_at] == '\n' && newlines)
            {
                _line++;
                _at++;
            }
            else if (_text[_at] != '\n' && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }
}
