using System.CommandLine;
using System.CommandLine.Completions;

namespace RaftNode.Host.Commands.Completion;

/// <summary>A command with its path, such as <c>raftnode member add</c>, and what may follow it.</summary>
/// <param name="Path">The words that name the command.</param>
/// <param name="Description">What the command does, in a sentence.</param>
/// <param name="Subcommands">The commands below it.</param>
/// <param name="Options">Its options.</param>
/// <param name="Values">The words that may be its argument; empty if any word may be.</param>
internal sealed record Verb(
    string Path, string Description, IReadOnlyList<Verb> Subcommands, IReadOnlyList<VerbOption> Options,
    IReadOnlyList<string> Values)
{
    /// <summary>The last word of the path.</summary>
    public string Name => Path[(Path.LastIndexOf(' ') + 1)..];

    /// <summary>A command and all commands below it.</summary>
    public static IReadOnlyList<Verb> AllOf(Command root) => [.. Of(root, "raftnode", []).AndBelow()];

    // The options of a command that are recursive belong to the commands below it as well.
    private static Verb Of(Command command, string path, IReadOnlyList<VerbOption> inherited)
    {
        List<VerbOption> own = [.. command.Options.Where(static option => !option.Hidden).Select(VerbOption.Of)];
        IReadOnlyList<VerbOption> passedOn = [.. inherited, .. own.Where(static option => option.IsRecursive)];
        return new Verb(
            path,
            Sentence.First(command.Description),
            [.. command.Subcommands.Where(static below => !below.Hidden)
                .Select(below => Of(below, $"{path} {below.Name}", passedOn))],
            [.. own, .. inherited],
            [.. command.Arguments.SelectMany(ValuesOf)]);
    }

    private static IEnumerable<string> ValuesOf(Argument argument) =>
        argument.GetCompletions(CompletionContext.Empty).Select(static item => item.Label);

    private IEnumerable<Verb> AndBelow() => [this, .. Subcommands.SelectMany(static below => below.AndBelow())];
}

/// <summary>An option of a command.</summary>
/// <param name="Names">The option's names, such as <c>--url</c> and <c>-u</c>.</param>
/// <param name="Description">What the option does, in a sentence.</param>
/// <param name="TakesValue">Whether a value follows the option.</param>
/// <param name="Values">The words that may be the value; empty if any word may be.</param>
/// <param name="IsRecursive">Whether the commands below have the option as well.</param>
internal sealed record VerbOption(
    IReadOnlyList<string> Names, string Description, bool TakesValue, IReadOnlyList<string> Values, bool IsRecursive)
{
    /// <summary>Describes an option.</summary>
    public static VerbOption Of(Option option)
    {
        var takesValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);
        // Without an action of its own, unlike --help and --version.
        return new VerbOption(
            [option.Name, .. option.Aliases.Where(static name => !name.StartsWith('/')).Order(StringComparer.Ordinal)],
            Sentence.First(option.Description),
            takesValue && option.Action is null,
            takesValue ? [.. option.GetCompletions(CompletionContext.Empty).Select(static item => item.Label)] : [],
            option.Recursive);
    }
}

/// <summary>Sentences of descriptions.</summary>
internal static class Sentence
{
    /// <summary>The first sentence on one line, without its full stop.</summary>
    public static string First(string? text)
    {
        var line = (text ?? "").ReplaceLineEndings(" ");
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? line : line[..end]).TrimEnd('.');
    }
}
