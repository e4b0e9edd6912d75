using RaftNode.Host.Http;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary>Shows nodes: in a table with a row for each, or without a terminal in a line for each.</summary>
internal static class StatusTable
{
    /// <summary>Makes an empty table.</summary>
    public static Table Create()
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var heading in (string[])["node", "role", "term", "commit", "applied", "last", "keys", "HTTP", "peers",
            "pid"])
            table.AddColumn(new TableColumn(heading) { Alignment = heading is "term" or "commit" or "applied" or "last"
                or "keys" or "pid" ? Justify.Right : Justify.Left, NoWrap = heading != "role" });
        return table;
    }

    /// <summary>Adds a node.</summary>
    /// <param name="table">The table.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="status">The status of the node; <c>null</c> if the node did not say it.</param>
    /// <param name="problem">Why there is no status.</param>
    /// <param name="http">The address at which the node serves HTTP.</param>
    /// <param name="peers">The address at which peers reach the node.</param>
    public static void AddRow(Table table, string node, StatusDocument? status, string? problem, string http,
        string peers)
    {
        if (status is null)
        {
            table.AddRow(Cell(node), $"[red]{Markup.Escape(problem ?? "")}[/]", "", "", "", "", "", Cell(http),
                Cell(peers), "");
            return;
        }
        var color = status.Role switch { "leader" => "green", "follower" => "default", _ => "yellow" };
        table.AddRow(Cell(node), $"[{color}]{Cell(status.Role)}[/]", $"{status.Term}", $"{status.CommitIndex}",
            $"{status.AppliedIndex}", $"{status.LastIndex}",
            $"{status.State.Keys}", Cell(http), Cell(peers), $"{status.Pid}");
    }

    /// <summary>The status of a node in a line.</summary>
    public static string Line(StatusDocument status) =>
        $"{status.Node} {status.Role} term {status.Term} leader {status.Leader ?? "none"} commit {status.CommitIndex} "
            + $"applied {status.AppliedIndex} last {status.LastIndex} "
        + $"keys {status.State.Keys} digest {status.State.Digest} pid {status.Pid}";

    /// <summary>
    /// The problems of a node in lines of text: why it is not ready, which parts of its store are damaged, and which
    /// nodes have another frame size.
    /// </summary>
    public static IEnumerable<string> Warnings(StatusDocument status)
    {
        foreach (var problem in status.Problems)
            yield return $"{status.Node}: {problem.Detail}";
        foreach (var damage in status.Damages)
            yield return $"{status.Node}: {damage}";
        foreach (var (other, size) in status.OtherFrameSizes)
        {
            yield return $"{status.Node}: akka.remote.dot-netty.tcp.maximum-frame-size is {status.MaximumFrameSize} "
                + "here, but "
                + $"{size} on {other}. Give all nodes the same value";
        }
    }

    private static string Cell(string text) => Markup.Escape(text);
}
