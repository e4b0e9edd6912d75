using System.CommandLine;
using System.Text.Json;
using RaftNode.Host.Http;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode status</c>: shows the status of the nodes of a running cluster.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var json = new Option<bool>("--json")
        {
            Description = "Prints the status document of each node that can be reached, one after the other.",
        };
        var command = new Command(
            "status", "Shows the role, term and indexes of each node. The exit code is 0 if one of them leads.")
        {
            NodeOptions.Connection, NodeOptions.Timeout, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            var nodes = await client.StatusAsync();
            if (parsed.GetValue(json))
                PrintJson(nodes.Select(node => node.Status).OfType<StatusDocument>());
            else
                PrintTable(nodes);
            if (nodes.Any(node => node.Status is { Role: "leader" }))
                return ExitCode.Done;
            return nodes.Any(node => node.Status is not null) ? ExitCode.No : ExitCode.NotDone;
        });
        return command;
    }

    private static void PrintJson(IEnumerable<StatusDocument> documents)
    {
        foreach (var document in documents)
            Console.WriteLine(JsonSerializer.Serialize(document, HostJson.Default.StatusDocument));
    }

    private static void PrintTable(IReadOnlyList<(Uri Node, StatusDocument? Status, string? Problem)> nodes)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var (node, status, problem) in nodes)
                Console.WriteLine($"{node.Authority} {(status is null ? problem : StatusTable.Line(status))}");
            PrintWarnings(nodes);
            return;
        }
        var table = StatusTable.Create();
        foreach (var (node, status, problem) in nodes)
            StatusTable.AddRow(table, status?.Node ?? "?", status, problem, node.Authority, status?.Address ?? "");
        AnsiConsole.Write(table);
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
