using System.CommandLine;
using System.Text.RegularExpressions;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Commands;

/// <summary>The page about the command line lists what the parser has, and nothing else.</summary>
public sealed partial class CommandLinePageSpec
{
    private static readonly string Page =
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "command-line.md"));

    [Fact]
    public void The_page_has_a_row_for_each_verb_and_no_other() => Assert.Equal(
        Leaves(CommandLine.Parse([]).RootCommandResult.Command, "").Order(StringComparer.Ordinal),
        Row().Matches(Page).Select(static row => row.Groups["verb"].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_row_says_the_exit_codes() => Assert.All(
        Row().Matches(Page), static row => Assert.Matches("(^| )0 .*; *2 ", row.Groups["codes"].Value));

    [Fact]
    public void Each_exit_code_is_explained() => Assert.All(
        (int[])[ExitCode.Done, ExitCode.No, ExitCode.NotDone, ExitCode.Unknown],
        static code => Assert.Contains($"| {code} | ", Page));

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(below => Leaves(below, path.Length > 0 ? $"{path} {below.Name}" : below.Name));

    [GeneratedRegex("^\\| `raftnode (?<verb>[a-z ]+?)(?: [-A-Z.|\\[\\]][^`]*)?` \\| [^|]+ \\| (?<codes>[^|]+) \\|$",
        RegexOptions.Multiline)]
    private static partial Regex Row();
}
