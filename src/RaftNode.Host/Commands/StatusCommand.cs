using System.CommandLine;
using RaftNode.Host.Http;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode status</c>: shows the status of the nodes of a running cluster.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "status", "Shows the role, term and indexes of each node. The exit code is 0 if one of them leads.")
        {
            NodeOptions.Connection, NodeOptions.Group, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            var nodes = await client.StatusAsync();
            if (CommandOutput.IsJson(parsed))
                await CommandOutput.WriteAsync(parsed, Document(nodes), CommandJson.Lines.NodesDocument);
            else
                PrintTable(nodes);
            if (nodes.Any(node => node.Status is { Role: "leader" }))
                return ExitCode.Done;
            return nodes.Any(node => node.Status is not null) ? ExitCode.No : ExitCode.NotDone;
        });
        return command;
    }

    private static NodesDocument Document(IEnumerable<(Uri Node, StatusDocument? Status, string? Problem)> nodes) =>
        new([.. nodes.Select(static node =>
            new AskedNodeDocument(node.Node.GetLeftPart(UriPartial.Authority), node.Status, node.Problem))]);

    private static void PrintTable(IReadOnlyList<(Uri Node, StatusDocument? Status, string? Problem)> nodes)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var (node, status, problem) in nodes)
                Console.WriteLine($"{node.Authority} {(status is null ? problem : StatusTable.Line(status))}");
            PrintWarnings(nodes);
            return;
        }
        var table = new StatusTable();
        foreach (var (node, status, problem) in nodes)
            table.Add(status?.Node ?? "?", status, problem, node.Authority, status?.Address ?? "");
        AnsiConsole.Write(table.Render(AnsiConsole.Profile.Width));
        PrintWarnings(nodes);
    }

    // Written to standard error, because other programs may read the lines and rows.
    private static void PrintWarnings(IEnumerable<(Uri Node, StatusDocument? Status, string? Problem)> nodes)
    {
        foreach (var warning in nodes.Select(static node => node.Status).OfType<StatusDocument>()
            .SelectMany(StatusTable.Warnings))
            Console.Error.WriteLine(warning);
    }
}
