using System.Globalization;
using RaftNode.Host.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RaftNode.Host.Commands;

/// <summary>What <c>raftnode top</c> shows of a cluster.</summary>
internal sealed class TopView
{
    private const string Role = "role";

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    private readonly Dictionary<string, (DateTime Time, long CommitIndex, string StoreId, string Rate)> _before = [];

    /// <summary>The cluster on a terminal.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="width">The width of the terminal.</param>
    /// <param name="problem">Why the cluster is not as of now; <c>null</c> if it is.</param>
    public IRenderable Render(ClusterDocument cluster, int width, string? problem)
    {
        var table = new FittingTable(
            new FittingColumn("node"), new FittingColumn(Role, WrapsAt: 12),
            new FittingColumn("term", 4, IsNumber: true), new FittingColumn("commit", 2, IsNumber: true),
            new FittingColumn("writes/s", IsNumber: true), new FittingColumn("lag", IsNumber: true),
            new FittingColumn("keys", 1, IsNumber: true), new FittingColumn("log", 3, IsNumber: true),
            new FittingColumn("snapshot", 6, IsNumber: true), new FittingColumn("up", 5, IsNumber: true),
            new FittingColumn("address", 7));
        foreach (var member in cluster.Members)
            AddRow(table, cluster, member);
        return new Rows(
        [
            new Text(Heading(cluster), new Style(decoration: Decoration.Bold)),
            table.Render(width),
            .. Problems(cluster).Select(static line => new Text(line, new Style(Color.Yellow))),
            .. problem is null ? Array.Empty<IRenderable>() : [new Text(problem, new Style(Color.Red))],
        ]);
    }

    /// <summary>The cluster in lines of text.</summary>
    public IEnumerable<string> Lines(ClusterDocument cluster) =>
    [
        Heading(cluster),
        .. cluster.Members.Select(member =>
            $"{member.Id} {RoleOf(cluster, member)} {member.Membership} term {Number(member.Status?.Term)} commit "
                + $"{Number(member.Status?.CommitIndex)} lag {Number(member.Lag)} keys "
                + $"{Number(member.Status?.State.Keys)} log {Number(member.Status?.LogBytes)} snapshot "
                + $"{Number(member.Status?.SnapshotIndex)} up {Number((long?)member.Status?.UptimeSeconds)} "
                + $"address {member.Address}"),
        .. Problems(cluster),
    ];

    private static string Heading(ClusterDocument cluster) =>
        $"group {cluster.Group}, {(cluster.Leader is { } leader ? $"leader {leader}" : "no leader")}, term "
            + $"{cluster.Term}{(cluster.Changing ? ", a change of members is under way" : "")}, "
            + $"{cluster.Time:yyyy-MM-dd HH:mm:ss}Z, seen from {cluster.Node}";

    private static IEnumerable<string> Problems(ClusterDocument cluster) => cluster.Members.SelectMany(static member =>
        member.Problem is { } problem
            ? [$"{member.Id}: {problem.Detail}"]
            : member.Status is { } status ? StatusTable.Warnings(status) : []);

    private void AddRow(FittingTable table, ClusterDocument cluster, ClusterMemberDocument member)
    {
        var (role, status) = (RoleOf(cluster, member), member.Status);
        table.Add(
            [
                member.Id, role, Number(status?.Term), Number(status?.CommitIndex), Rate(cluster, member),
                Number(member.Lag), Number(status?.State.Keys), Size(status?.LogBytes), Number(status?.SnapshotIndex),
                Uptime(status?.UptimeSeconds), member.Address,
            ],
            (Role, status is null ? "red" : StatusTable.ColorOf(status.Role)));
    }

    private static string RoleOf(ClusterDocument cluster, ClusterMemberDocument member) => member switch
    {
        { Status.Role: "follower", Membership: "learner" } => "learner",
        { Status: { } status } => status.Role,
        { Reachable: false } => "not reachable",
        _ => "not ready",
    };

    // The status of another node may be the former one still: AgeSeconds says how old the status is.
    private string Rate(ClusterDocument cluster, ClusterMemberDocument member)
    {
        if (member.Status is not { } status)
            return "";
        var at = cluster.Time - TimeSpan.FromSeconds(member.AgeSeconds ?? 0);
        var isKnown = _before.TryGetValue(member.Id, out var before) && before.StoreId == status.StoreId
            && status.CommitIndex >= before.CommitIndex;
        if (isKnown && at <= before.Time)
            return before.Rate;
        var rate = isKnown
            ? ((status.CommitIndex - before.CommitIndex) / (at - before.Time).TotalSeconds)
                .ToString("0", CultureInfo.InvariantCulture)
            : "";
        _before[member.Id] = (at, status.CommitIndex, status.StoreId, rate);
        return rate;
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A number of bytes with a unit.</summary>
    public static string Size(long? bytes)
    {
        if (bytes is not { } count)
            return "-";
        var (size, unit) = ((double)count, 0);
        for (; size >= 1024 && unit < Units.Length - 1; unit++)
            size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{size.ToString(
            unit == 0 || size >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    /// <summary>A time in the largest two units.</summary>
    public static string Uptime(double? seconds)
    {
        if (seconds is not { } count)
            return "-";
        var time = TimeSpan.FromSeconds(count);
        return time.TotalMinutes < 1 ? $"{(int)time.TotalSeconds}s"
            : time.TotalHours < 1 ? $"{time.Minutes}m{time.Seconds:00}s"
            : time.TotalDays < 1 ? $"{time.Hours}h{time.Minutes:00}m"
            : $"{(int)time.TotalDays}d{time.Hours:00}h";
    }
}
