namespace Akka.Configuration.Hocon;

/// <summary>Reads HOCON, as https://github.com/lightbend/config/blob/main/HOCON.md describes it. Substitutions are resolved within the text and what it includes.</summary>
public sealed class Parser
{
    private const int DeepestNesting = 200;

    private readonly HoconReader _reader;
    private readonly Func<string, HoconRoot?>? _include;
    private int _depth;

    private Parser(string text, Func<string, HoconRoot?>? include)
    {
        _reader = new HoconReader(text);
        _include = include;
    }

    public static HoconRoot Parse(string text, Func<string, HoconRoot>? includeCallback)
    {
        var parser = new Parser(text, includeCallback);
        var root = parser.ParseDocument();
        return new HoconRoot(new HoconResolver(root, parser._reader).Resolve());
    }

    private ObjectNode ParseDocument()
    {
        _reader.SkipBlanksAndComments();
        if (_reader.Current == '[')
            throw _reader.Error("a configuration is an object, not an array");
        var root = new ObjectNode();
        if (_reader.TryTake("{"))
        {
            ParseFields(root, braced: true);
            _reader.SkipBlanksAndComments();
        }
        else
        {
            ParseFields(root, braced: false);
        }
        if (!_reader.AtEnd)
            throw _reader.Error($"expected the end of the text, found {_reader.Describe()}");
        return root;
    }

    private void ParseFields(ObjectNode target, bool braced)
    {
        if (++_depth > DeepestNesting)
            throw _reader.Error($"objects and arrays are nested more than {DeepestNesting} deep");
        var opened = _reader.Position - 1;
        while (true)
        {
            _reader.SkipBlanksAndComments();
            if (_reader.AtEnd && braced)
                throw _reader.Error("the object that starts here is not closed", opened);
            if (_reader.AtEnd || (braced && _reader.TryTake("}")))
                break;
            if (!TryParseInclude(target))
                ParseField(target);
            ExpectSeparator('}');
        }
        _depth--;
    }

    private void ParseField(ObjectNode target)
    {
        var position = _reader.Position;
        var path = _reader.TakePath();
        _reader.SkipBlanksAndComments();
        if (_reader.Current == '{')
        {
            target.Assign(path, ParseValue());
        }
        else if (_reader.TryTake("+="))
        {
            target.Assign(path, new ConcatenationNode([new PreviousNode(), new ArrayNode([ParseValue()])], position));
        }
        else if (_reader.TryTake("=") || _reader.TryTake(":"))
        {
            target.Assign(path, ParseValue());
        }
        else
        {
            throw _reader.Error($"expected '=' or '{{' after the key \"{string.Join('.', path)}\", found {_reader.Describe()}", position);
        }
    }

    /// <summary>Fields and array items are separated by a comma or a new line; after a closing brace, as in Akka.NET, nothing is needed.</summary>
    private void ExpectSeparator(char close)
    {
        _reader.SkipBlanks();
        var afterBrace = _reader.LastTaken == '}';
        var onNewLine = _reader.AtNewline || _reader.AtComment;
        _reader.SkipBlanksAndComments();
        if (_reader.TryTake(",") || onNewLine || afterBrace || _reader.AtEnd || _reader.Current == close)
            return;
        throw _reader.Error($"expected a comma, a new line or '{close}', found {_reader.Describe()}");
    }

    private HoconNode ParseValue()
    {
        _reader.SkipBlanksAndComments();
        var position = _reader.Position;
        var pieces = new List<HoconNode>();
        string? blanks = null;
        while (true)
        {
            var piece = ParsePiece(afterObject: pieces.Count > 0 && pieces[^1] is ObjectNode);
            if (piece is null)
                break;
            if (!string.IsNullOrEmpty(blanks))
                pieces.Add(new TextNode(blanks, quoted: false));
            pieces.Add(piece);
            blanks = _reader.TakeBlanks();
        }
        return pieces.Count switch
        {
            0 => throw _reader.Error($"expected a value, found {_reader.Describe()}"),
            1 => pieces[0],
            _ => new ConcatenationNode(pieces, position),
        };
    }

    private HoconNode? ParsePiece(bool afterObject)
    {
        if (_reader.TryTake("{"))
        {
            var node = new ObjectNode();
            ParseFields(node, braced: true);
            return node;
        }
        if (_reader.At("${"))
            return ParseSubstitution();
        // What follows an object on its line can only be another object; anything else is the next field.
        if (afterObject)
            return null;
        if (_reader.TryTake("["))
            return ParseArray();
        if (_reader.Current == '"')
            return new TextNode(_reader.TakeQuoted(), quoted: true);
        if (_reader.AtUnquoted)
            return new TextNode(_reader.TakeUnquoted(), quoted: false);
        if (_reader.AtEnd || _reader.AtNewline || _reader.AtComment || _reader.Current is ',' or '}' or ']')
            return null;
        throw _reader.Error($"{_reader.Describe()} is not part of a value; a text that contains it must be quoted");
    }

    private ArrayNode ParseArray()
    {
        if (++_depth > DeepestNesting)
            throw _reader.Error($"objects and arrays are nested more than {DeepestNesting} deep");
        var opened = _reader.Position - 1;
        var items = new List<HoconNode>();
        while (true)
        {
            _reader.SkipBlanksAndComments();
            if (_reader.AtEnd)
                throw _reader.Error("the array that starts here is not closed", opened);
            if (_reader.TryTake("]"))
                break;
            items.Add(ParseValue());
            ExpectSeparator(']');
        }
        _depth--;
        return new ArrayNode(items);
    }

    private SubstitutionNode ParseSubstitution()
    {
        var position = _reader.Position;
        _reader.Skip(2);
        var optional = _reader.TryTake("?");
        var path = _reader.TakePath();
        if (!_reader.TryTake("}"))
            throw _reader.Error("the substitution that starts here is not closed with '}'", position);
        return new SubstitutionNode(path, optional, position);
    }

    private bool TryParseInclude(ObjectNode target)
    {
        if (!_reader.At("include"))
            return false;
        var start = _reader.Position;
        _reader.Skip("include".Length);
        _reader.SkipBlanks();
        if (_reader.Current != '"' || _reader.Position == start + "include".Length)
        {
            // A key that happens to start with the word.
            _reader.Skip(start - _reader.Position);
            return false;
        }
        var name = _reader.TakeQuoted();
        target.Merge(HoconResolver.Reopen(Include(name, start)));
        return true;
    }

    private HoconObject Include(string name, int position)
    {
        if (_include is null)
            throw _reader.Error($"\"{name}\" cannot be included: the text was parsed without a way to find included files", position);
        HoconRoot? included;
        try
        {
            included = _include(name);
        }
        catch (HoconSyntaxException e) when (e.SourceName is null)
        {
            throw e.In(name);
        }
        return included?.Value.GetObject()
            ?? throw _reader.Error($"\"{name}\" cannot be included: {(included is null ? "it was not found" : "it is not an object")}", position);
    }
}
