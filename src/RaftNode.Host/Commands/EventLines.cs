using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary>An event in a line of text.</summary>
/// <param name="Word">What happened, in a word.</param>
/// <param name="Color">The color of the word on a terminal.</param>
/// <param name="Rest">The rest of the line. It has no control characters.</param>
/// <param name="Start">What comes before the word.</param>
/// <param name="IsCut">Whether a terminal shows only as much as fits one of its lines.</param>
internal sealed record EventLine(string Word, string Color, string Rest, string Start = "", bool IsCut = false);

/// <summary>Writes events, a line for each, as they come.</summary>
internal static class EventLines
{
    private const int WordWidth = 10;
    private const int StandardOutput = 1;

    /// <summary>Writes all events. Ends early if nobody reads standard output any more.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> WriteAllAsync<T>(
        ParseResult parsed, IAsyncEnumerable<T> events, JsonTypeInfo<T> type, Func<T, EventLine> line)
    {
        await using var output = Open();
        try
        {
            await foreach (var next in events)
            {
                if (CommandOutput.IsJson(parsed))
                    await output.WriteLineAsync(JsonSerializer.Serialize(next, type));
                else if (Console.IsOutputRedirected)
                    await output.WriteLineAsync(Text(line(next)));
                else
                    Show(line(next));
            }
        }
        catch (IOException)
        {
            // For example, "raftnode watch | head" has read enough.
        }
        return ExitCode.Done;
    }

    private static string Text(EventLine line) => $"{line.Start}{line.Word.PadRight(WordWidth)}{line.Rest}".TrimEnd();

    // A value may be far longer than a line of the terminal. Programs that want all of it read a pipe, or JSON.
    private static void Show(EventLine line)
    {
        var room = Math.Max(WordWidth + 1, AnsiConsole.Profile.Width - 1);
        var text = Text(line);
        if (line.IsCut && text.Length > room)
            text = text[..(room - 1)] + "…";
        var (from, to) =
            (Math.Min(line.Start.Length, text.Length), Math.Min(line.Start.Length + line.Word.Length, text.Length));
        var word = $"[{line.Color}]{Markup.Escape(text[from..to])}[/]";
        AnsiConsole.MarkupLine($"{Markup.Escape(text[..from])}{word}{Markup.Escape(text[to..])}");
    }

    // Console.Out says nothing when the other end of a pipe is closed. A command that goes on would never end.
    private static StreamWriter Open()
    {
        var stream = OperatingSystem.IsWindows()
            ? Console.OpenStandardOutput()
            : new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 1);
        return new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
    }
}
