using System.Globalization;
using Microsoft.Extensions.Logging;

namespace RaftNode.Host.Node;

/// <summary>
/// Writes what happens as lines for people: time, level, who, what; one line an event, to standard error.
/// </summary>
internal static class LineLog
{
    private static readonly Lock Sync = new();

    /// <summary>Writes a line.</summary>
    /// <param name="time">When it happened, in UTC.</param>
    /// <param name="level">How bad it is.</param>
    /// <param name="source">Who says it.</param>
    /// <param name="message">What happened.</param>
    /// <param name="cause">The exception behind it, of which only the messages are shown.</param>
    public static void Write(DateTime time, LogLevel level, string source, string? message, Exception? cause = null)
    {
        var line = Format(time, level, source, message, cause);
        lock (Sync)
        {
            try
            {
                Console.Error.WriteLine(line);
            }
            catch (IOException)
            {
                // Standard error is a file on a full disk, say. Of that there is nowhere to tell; a logger that fails
                // is started again, and told of its failure, without end.
            }
        }
    }

    /// <summary>Makes the line.</summary>
    internal static string Format(DateTime time, LogLevel level, string source, string? message, Exception? cause)
    {
        var text = message ?? "";
        for (var e = cause; e is not null; e = e.InnerException)
        {
            // Wrappers without a message of their own say nothing.
            if (e is not AggregateException && !text.Contains(e.Message, StringComparison.Ordinal))
                text += $"{(text.Length > 0 ? ": " : "")}{e.GetType().Name}: {e.Message}";
        }
        var stamp = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return $"{stamp} {Name(level)} {source}: {text.ReplaceLineEndings(" | ")}";
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        _ => "ERROR",
    };
}
