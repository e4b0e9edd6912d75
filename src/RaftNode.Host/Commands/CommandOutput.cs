using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RaftNode.Host.Commands;

/// <summary>What commands write: for people or, with <c>--json</c>, for programs.</summary>
/// <remarks>
/// With <c>--json</c> an answer is one JSON object on one line of standard output. A command that goes on writes such a
/// line for each event. An error is one JSON object on one line of standard error, as in
/// <see cref="ErrorDocument"/>. Nothing else is written.
/// </remarks>
internal static class CommandOutput
{
    /// <summary>The option that every command has.</summary>
    public static readonly Option<bool> Json = new("--json")
    {
        Recursive = true,
        Description = "Writes the answer as JSON, one object on one line. "
            + "An error is such a line on standard error, with the same exit code.",
    };

    /// <summary>Whether the answer is to be JSON; also where other parts of the command line are wrong.</summary>
    public static bool IsJson(ParseResult parsed) => parsed.GetResult(Json) is { Implicit: false };

    /// <summary>Writes the answer of a command.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="document">The answer for programs.</param>
    /// <param name="type">How the answer is written as JSON: one of <see cref="CommandJson.Lines"/>.</param>
    /// <param name="lines">The answer for people.</param>
    public static Task WriteAsync<T>(
        ParseResult parsed, T document, JsonTypeInfo<T> type, params IEnumerable<string> lines) =>
        Console.Out.WriteLineAsync(
            IsJson(parsed) ? JsonSerializer.Serialize(document, type) : string.Join('\n', lines));

    /// <summary>Writes what people may want to know, and programs do not, to standard error.</summary>
    public static void Note(ParseResult parsed, string message)
    {
        if (!IsJson(parsed))
            Console.Error.WriteLine($"raftnode: {message}");
    }

    /// <summary>Says that events go on at another node.</summary>
    public static void NoteResumed(ParseResult parsed, Uri lost, Uri next) =>
        Note(parsed, $"the connection to {lost.Authority} was lost; goes on at {next.Authority}");

    /// <summary>Writes an error in one line to standard error.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> FailAsync(
        ParseResult parsed, string message, int exitCode, string type = CommandException.Untyped)
    {
        var line = message.ReplaceLineEndings(" ");
        await Console.Error.WriteLineAsync(IsJson(parsed)
            ? JsonSerializer.Serialize(new ErrorDocument(type, line, exitCode), CommandJson.Lines.ErrorDocument)
            : $"raftnode: {line}");
        return exitCode;
    }
}
