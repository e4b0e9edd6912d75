using RaftNode.Host.Http;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary>How nodes are shown: a row each in a table, or a line each where there is no terminal.</summary>
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
    /// <param name="status">How it stands; <c>null</c> when it does not say.</param>
    /// <param name="problem">Why it does not say.</param>
    /// <param name="http">Where it serves HTTP.</param>
    /// <param name="peers">Where peers reach it.</param>
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

    /// <summary>The same as a line.</summary>
    public static string Line(StatusDocument status) =>
        $"{status.Node} {status.Role} term {status.Term} leader {status.Leader ?? "none"} commit {status.CommitIndex} "
            + $"applied {status.AppliedIndex} last {status.LastIndex} "
        + $"keys {status.State.Keys} digest {status.State.Digest} pid {status.Pid}";

    /// <summary>
    /// What is wrong with a node, in lines: why it is not ready, what of its store is damaged, and who has another
    /// frame size.
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
