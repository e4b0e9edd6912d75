using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Node;

/// <summary>
/// Writes events as lines of text to standard error: time, level, source and message, one line for each event.
/// </summary>
internal static class LineLog
{
    private static readonly Lock Sync = new();

    /// <summary>Whether the lines are JSON objects, as the command line may say.</summary>
    public static bool IsJson { get; set; }

    /// <summary>Writes a line.</summary>
    /// <param name="time">When it happened, in UTC.</param>
    /// <param name="level">The level.</param>
    /// <param name="source">The source.</param>
    /// <param name="message">What happened.</param>
    /// <param name="cause">The exception behind the event. Only its messages are shown.</param>
    public static void Write(DateTime time, LogLevel level, string source, string? message, Exception? cause = null)
    {
        var line = IsJson
            ? FormatJson(time, level, source, message, cause)
            : Format(time, level, source, message, cause);
        lock (Sync)
        {
            try
            {
                Console.Error.WriteLine(line);
            }
            catch (IOException)
            {
                // Standard error may be a file on a full disk. There is no place to report that. If the logger failed,
                // it would be restarted and told of its failure, without end.
            }
        }
    }

    /// <summary>Formats a line.</summary>
    internal static string Format(DateTime time, LogLevel level, string source, string? message, Exception? cause)
    {
        var stamp = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return $"{stamp} {Name(level),-5} {source}: {Text(message, cause).ReplaceLineEndings(" | ")}";
    }

    /// <summary>Formats a line as a JSON object.</summary>
    internal static string FormatJson(
        DateTime time, LogLevel level, string source, string? message, Exception? cause) => JsonSerializer.Serialize(
            new LogLineDocument(time, Name(level), source, Text(message, cause)), CommandJson.Lines.LogLineDocument);

    private static string Text(string? message, Exception? cause)
    {
        var text = message ?? "";
        for (var e = cause; e is not null; e = e.InnerException)
        {
            // An exception that only wraps others adds nothing.
            if (e is not AggregateException && !text.Contains(e.Message, StringComparison.Ordinal))
                text += $"{(text.Length > 0 ? ": " : "")}{e.GetType().Name}: {e.Message}";
        }
        return text;
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARN",
        _ => "ERROR",
    };
}
