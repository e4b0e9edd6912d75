using System.Globalization;
using RaftNode.Host.Http;
using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary>Shows nodes: in a table with a row for each, or without a terminal in a line for each.</summary>
internal sealed class StatusTable
{
    private const string Role = "role";

    private readonly FittingTable _table = new(
        new FittingColumn("node"), new FittingColumn(Role, WrapsAt: 12), new FittingColumn("term", 2, IsNumber: true),
        new FittingColumn("commit", IsNumber: true), new FittingColumn("applied", 4, IsNumber: true),
        new FittingColumn("last", 5, IsNumber: true), new FittingColumn("keys", 3, IsNumber: true),
        new FittingColumn("HTTP", 1), new FittingColumn("peers", 6), new FittingColumn("pid", IsNumber: true));

    /// <summary>Adds a node.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="status">The status of the node; <c>null</c> if the node did not say it.</param>
    /// <param name="problem">Why there is no status.</param>
    /// <param name="http">The address at which the node serves HTTP.</param>
    /// <param name="peers">The address at which peers reach the node.</param>
    public void Add(string node, StatusDocument? status, string? problem, string http, string peers)
    {
        if (status is null)
            _table.Add([node, problem ?? "", "", "", "", "", "", http, peers, ""], (Role, "red"));
        else
            _table.Add(
                [
                    node, RoleOf(status), Number(status.Term), Number(status.CommitIndex), Number(status.AppliedIndex),
                    Number(status.LastIndex), Number(status.State.Keys), http, peers, Number(status.Pid),
                ],
                (Role, ColorOf(status.Role)));
    }

    /// <summary>The table as it fits a terminal of that width.</summary>
    public Table Render(int width) => _table.Render(width);

    /// <summary>The color of a role.</summary>
    public static string ColorOf(string role) => role switch
    {
        "leader" => "green",
        "follower" => "default",
        _ => "yellow",
    };

    /// <summary>The status of a node in a line.</summary>
    public static string Line(StatusDocument status) =>
        $"{status.Node} {status.Role} term {status.Term} leader {status.Leader ?? "none"} commit {status.CommitIndex} "
            + $"applied {status.AppliedIndex} last {status.LastIndex} "
        + $"keys {status.State.Keys} digest {status.State.Digest} pid {status.Pid}"
        + (status.Groups is { } groups
            ? $" groups {groups.Count} led {groups.Led} without leader {groups.WithoutLeader}"
            : "");

    /// <summary>
    /// The problems of a node in lines of text: of how many groups it knows no leader, why it is not ready, which parts
    /// of its store are damaged, and which nodes have another frame size.
    /// </summary>
    public static IEnumerable<string> Warnings(StatusDocument status)
    {
        if (status.Groups is { WithoutLeader: > 0 } groups)
            yield return $"{status.Node}: it knows no leader of {groups.WithoutLeader} of {groups.Count} groups";
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

    private static string RoleOf(StatusDocument status) =>
        status.Groups is { } groups ? $"leads {Number(groups.Led)} of {Number(groups.Count)}" : status.Role;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
