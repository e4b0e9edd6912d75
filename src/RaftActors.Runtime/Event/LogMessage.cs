using System.Globalization;
using System.Text;

namespace Akka.Event;

public interface ILogMessageFormatter
{
    string Format(string format, params object?[] args);

    string Format(string format, IEnumerable<object?> args);
}

public class DefaultLogMessageFormatter : ILogMessageFormatter
{
    public static readonly DefaultLogMessageFormatter Instance = new();

    private DefaultLogMessageFormatter()
    {
    }

    public string Format(string format, params object?[] args) => args.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, args);

    public string Format(string format, IEnumerable<object?> args) => Format(format, args.ToArray());
}

/// <summary>Fills both numbered holes, <c>{0}</c>, and named ones, <c>{Term}</c>; the latter take the arguments in order.</summary>
internal sealed class SemanticLogMessageFormatter : ILogMessageFormatter
{
    public static readonly SemanticLogMessageFormatter Instance = new();

    public string Format(string format, IEnumerable<object?> args) => Format(format, args.ToArray());

    public string Format(string format, params object?[] args)
    {
        if (args.Length == 0)
            return format;
        var numbered = new StringBuilder(format.Length);
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            numbered.Append(c);
            if (c != '{')
                continue;
            if (i + 1 < format.Length && format[i + 1] == '{')
            {
                numbered.Append(format[++i]);
                continue;
            }
            var end = format.AsSpan(i + 1).IndexOfAny(",:}");
            if (end <= 0 || char.IsAsciiDigit(format[i + 1]))
                continue;
            numbered.Append(CultureInfo.InvariantCulture, $"{next++}");
            i += end;
        }
        return string.Format(CultureInfo.InvariantCulture, numbered.ToString(), args);
    }
}

/// <summary>A format and its arguments, put together only when somebody prints it.</summary>
public abstract class LogMessage
{
    protected readonly ILogMessageFormatter Formatter;

    private protected LogMessage(ILogMessageFormatter formatter, string format)
    {
        Formatter = formatter;
        Format = format;
    }

    public string Format { get; }

    public abstract string Unformatted();

    public abstract IEnumerable<object?> Parameters();
}

internal sealed class DefaultLogMessage(ILogMessageFormatter formatter, string format, object?[] args) : LogMessage(formatter, format)
{
    public override string ToString()
    {
        try
        {
            return Formatter.Format(Format, args);
        }
        catch (FormatException)
        {
            return $"{Format} (the arguments do not fit this format: {Unformatted()})";
        }
    }

    public override string Unformatted() => string.Join(",", args);

    public override IEnumerable<object?> Parameters() => args;
}
