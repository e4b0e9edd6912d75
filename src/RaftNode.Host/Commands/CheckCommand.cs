using System.CommandLine;
using RaftNode.Host.Commands.Checks;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode check</c>: says before the first start what would make a node unsafe or slow.</summary>
internal static class CheckCommand
{
    private static readonly Option<string> ConfigFile = new("--config", "-c")
    {
        Required = true,
        HelpName = "FILE",
        Description = "The node's HOCON file, such as hocon/node1.conf.",
    };

    private static readonly Option<string?> Data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The directory for the data, as for start. Overrides raftnode.data-dir.",
    };

    private static readonly Option<bool> Strict = new("--strict")
    {
        Description = "Exit code 1 for a warning, too, and not only for an error.",
    };

    private static readonly Option<string[]> Urls = new("--url", "-u", "--nodes")
    {
        HelpName = "URL",
        Description = "The HTTP address of another node, to compare with. It may be given several times, or be a list "
            + "with commas. The default is this node's HTTP port on the hosts of the other members.",
    };

    private static readonly Option<double> Timeout =
        NodeOptions.CreateTimeout("The longest time to wait for the answer of another node.", 2);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "check",
            "Says before the first start what would make a node unsafe or slow, and what to do.",
            """
            Each row is "ok", "warning" or "error". The rows are about the settings, who can reach the node, its
            certificates and tokens, the list of members, the volume and its flushes, the ports, and the nodes that run
            already: their clocks, group and frame sizes. To measure flushes, the command writes a small file into the
            data directory, or into the directory above it, and deletes the file. The node may run.

            Exit code 1 if there is an error; with --strict also if there is a warning.
            """)
        {
            ConfigFile, Data, Strict, Urls, NodeOptions.Credentials, Timeout,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var settings = NodeSettings.Load(parsed.GetValue(ConfigFile)!, parsed.GetValue(Data));
        var patience = TimeSpan.FromSeconds(parsed.GetValue(Timeout));
        List<CheckRow> rows =
        [
            .. SettingRows(await RunningNode.CheckAsync(settings)),
            .. SecurityChecks.Of(settings, DateTimeOffset.UtcNow),
            .. MemberListCheck.Of(settings),
            .. DiskCheck.Of(settings),
            .. await NetworkChecks.PortsAsync(settings, patience, NodeOptions.CredentialsIn(parsed)),
            .. NetworkChecks.OthersOf(settings, await HearAsync(parsed, settings, patience)),
        ];
        var (errors, warnings) = (Count(rows, CheckRow.Error), Count(rows, CheckRow.Warning));
        var summary = errors + warnings == 0 ? "no problem found" : $"errors: {errors}, warnings: {warnings}";
        if (CommandOutput.IsJson(parsed) || Console.IsOutputRedirected)
        {
            await CommandOutput.WriteAsync(
                parsed, new CheckDocument(rows, errors, warnings), CommandJson.Lines.CheckDocument,
                [.. rows.Select(static row => $"{row.State,-9} {row.Name}: {row.Text}"), summary]);
        }
        else
        {
            AnsiConsole.Write(Table(rows));
            AnsiConsole.WriteLine(summary);
        }
        return errors > 0 || (warnings > 0 && parsed.GetValue(Strict)) ? ExitCode.No : ExitCode.Done;
    }

    private static IEnumerable<CheckRow> SettingRows(IReadOnlyList<RaftActors.SettingProblem> problems) =>
        problems.Count == 0
            ? [new CheckRow("settings", CheckRow.Ok, "No setting makes consensus unsafe or slow.")]
            : problems.Select(static problem => new CheckRow(
                $"{problem.Key} = {(problem.Value.Length > 0 ? problem.Value : "\"\"")}",
                problem.IsRefused ? CheckRow.Error : CheckRow.Warning, problem.Consequence, problem.Advice));

    private static async Task<IReadOnlyList<HeardNode>> HearAsync(
        ParseResult parsed, NodeSettings settings, TimeSpan patience)
    {
        var urls = parsed.GetValue(Urls) is { Length: > 0 } given
            ? NodeOptions.Split(given)
            : settings.Raft.Members
                .Select(static member => MemberListCheck.HostOf(member))
                .Where(host => host != MemberListCheck.HostOf(settings.Self)).Distinct()
                .Select(host => new UriBuilder(settings.Http.Url) { Host = host }.Uri.GetLeftPart(UriPartial.Authority));
        using var client = new NodeClient(urls, patience, NodeOptions.CredentialsIn(parsed));
        return [.. (await client.HearAsync()).OfType<HeardNode>().Where(node => node.Name != settings.Self.Id)];
    }

    private static int Count(IEnumerable<CheckRow> rows, string state) => rows.Count(row => row.State == state);

    private static Table Table(IEnumerable<CheckRow> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn(new TableColumn("") { NoWrap = true });
        table.AddColumns("checked", "found");
        foreach (var row in rows)
        {
            var color = row.State switch
            {
                CheckRow.Ok => "green",
                CheckRow.Warning => "yellow",
                _ => "red",
            };
            table.AddRow(
                $"[{color}]{row.State}[/]", Markup.Escape(row.Name),
                Markup.Escape(row.Why) + (row.Advice.Length > 0 ? $"\n[bold]{Markup.Escape(row.Advice)}[/]" : ""));
        }
        return table;
    }
}
