using System.Globalization;
using System.Net;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands.Checks;

/// <summary>Whether a node can use its ports, and fits the other nodes that run already.</summary>
internal static class NetworkChecks
{
    /// <summary>HTTP tells the time in whole seconds.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LargestOffset = TimeSpan.FromSeconds(1);

    /// <summary>Checks that the node's ports are free, or used by the node itself.</summary>
    public static async Task<IEnumerable<CheckRow>> PortsAsync(
        NodeSettings settings, TimeSpan patience, NodeCredentials credentials)
    {
        var (remoting, http) = (settings.RaftEndpoint, settings.Http.Endpoint);
        string?[] problems =
        [
            Problem("remoting", remoting.Host, remoting.Port), Problem("HTTP", http.Address.ToString(), http.Port),
        ];
        if (problems.All(static problem => problem is null))
        {
            return [new CheckRow(
                "ports", CheckRow.Ok, $"The ports {remoting.Port} (remoting) and {http.Port} (HTTP) are free.")];
        }
        var (runs, silence) = await RunsAsync(settings, patience, credentials);
        if (runs)
        {
            return [new CheckRow(
                "ports", CheckRow.Ok, $"{settings.Self.Id} runs, and has the ports {remoting.Port} and {http.Port}.")];
        }
        return problems.OfType<string>().Select(problem => new CheckRow(
            "ports", CheckRow.Error, $"{char.ToUpperInvariant(problem[0])}{problem[1..]}.",
            problems[1] is null || silence is null ? ""
                : $"If {settings.Self.Id} itself runs there, it did not say so: {silence}."));
    }

    /// <summary>Compares the node with those that run already.</summary>
    /// <param name="settings">The settings of the node.</param>
    /// <param name="nodes">What the other nodes said.</param>
    public static IEnumerable<CheckRow> OthersOf(NodeSettings settings, IReadOnlyList<HeardNode> nodes)
    {
        if (nodes.Count == 0)
        {
            yield return new CheckRow(
                "nodes", CheckRow.Ok, "No other node answers, so nothing is compared with the other nodes.");
            yield break;
        }
        foreach (var node in nodes)
            yield return Clock(node.Name, node.Offset, node.RoundTrip);
        foreach (var (name, status) in nodes.Where(static node => node.Status is not null)
            .Select(static node => (node.Name, node.Status!)))
        {
            yield return Group(settings, name, status);
            yield return FrameSize(settings, name, status);
        }
    }

    /// <summary>Judges how far the clock of another node is off.</summary>
    /// <param name="node">The other node.</param>
    /// <param name="offset">How far its clock is ahead of the clock here.</param>
    /// <param name="roundTrip">How long it took to ask; the offset is uncertain by as much.</param>
    public static CheckRow Clock(string node, TimeSpan offset, TimeSpan roundTrip)
    {
        var certain = offset.Duration() - roundTrip - Resolution;
        return certain > LargestOffset
            ? new CheckRow(
                "clock", CheckRow.Warning,
                $"The clock of {node} is {(offset > TimeSpan.Zero ? "ahead of" : "behind")} the clock here by "
                    + $"{Text(offset.Duration())}. The group works, but times in the log lines, events and backups of "
                    + "the nodes cannot be compared, and certificates may seem to be invalid.",
                "Let NTP set the clocks of all nodes.")
            : new CheckRow("clock", CheckRow.Ok, $"The clock of {node} shows the same time, to about a second.");
    }

    private static CheckRow Group(NodeSettings settings, string node, StatusDocument status)
    {
        if (status.Group != settings.Raft.Group)
        {
            return new CheckRow(
                "group", CheckRow.Error,
                $"{node} is of the group {status.Group}, and this configuration is of {settings.Raft.Group}.",
                "Give all nodes the same raft.group, or ask the right node.");
        }
        if ((status.Groups?.Count ?? 1) is var count && count != settings.Layout.Count)
        {
            return new CheckRow("group", CheckRow.Error,
                $"{node} has its keys in {GroupLayout.Text(count)}, and this configuration says "
                    + $"{settings.Layout.Count}.",
                $"Set raftnode.groups = {count}: the number is chosen when the groups are founded, and never changes.");
        }
        var known = status.Members.Concat(status.Learners).FirstOrDefault(member => member.Id == settings.Self.Id);
        if (known is null && status.GroupId.Length > 0)
        {
            return new CheckRow(
                "group", CheckRow.Warning, $"{node} does not know {settings.Self.Id} as a member.",
                $"Start this node with --join, and then: raftnode member add {settings.Self.Id} "
                    + $"{settings.Self.Address}");
        }
        return known is not null && known.Address != settings.Self.Address
            ? new CheckRow(
                "group", CheckRow.Warning,
                $"{node} knows {known.Id} at {known.Address}, and here {known.Id} is at {settings.Self.Address}.",
                "If the node moved with its data, start it. Otherwise correct raft.members.")
            : new CheckRow("group", CheckRow.Ok, $"{node} is of the same group, {status.Group}.");
    }

    private static CheckRow FrameSize(NodeSettings settings, string node, StatusDocument status)
    {
        const string Key = "akka.remote.dot-netty.tcp.maximum-frame-size";
        var own = settings.Config.GetByteSize(Key) ?? 0;
        return own == status.MaximumFrameSize
            ? new CheckRow("frames", CheckRow.Ok, $"{node} has the same {Key}, {Number(own)} bytes.")
            : new CheckRow(
                "frames", CheckRow.Warning,
                $"{Key} is {Number(own)} bytes here and {Number(status.MaximumFrameSize)} on {node}: the node with the "
                    + "smaller one drops the larger messages of the other.",
                "Give all nodes the same value.");
    }

    private static string? Problem(string what, string host, int port)
    {
        try
        {
            Ports.EnsureFree(what, host, port);
            return null;
        }
        catch (NodeStartException e)
        {
            return e.Message;
        }
    }

    // Whether the node itself runs, and if nobody knows it, why.
    private static async Task<(bool Runs, string? Silence)> RunsAsync(
        NodeSettings settings, TimeSpan patience, NodeCredentials credentials)
    {
        using var client = new NodeClient([UrlOf(settings)], patience, credentials);
        var (_, status, problem) = (await client.StatusAsync())[0];
        bool isItself = status is not null && status.Node == settings.Self.Id
            && status.Group == settings.Raft.Group && status.Address == settings.Self.Address;
        return (isItself, problem?.TrimEnd('.'));
    }

    // A node that listens on all addresses has a certificate for the one at which others reach it.
    private static string UrlOf(NodeSettings settings)
    {
        var address = settings.Http.Endpoint.Address;
        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            ? new UriBuilder(settings.Http.Url) { Host = MemberListCheck.HostOf(settings.Self) }.Uri
                .GetLeftPart(UriPartial.Authority)
            : settings.Http.Url;
    }

    private static string Text(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What another node said.</summary>
/// <param name="Name">Its member id, or its address if it did not say the id.</param>
/// <param name="Offset">How far its clock is ahead of the clock here.</param>
/// <param name="RoundTrip">How long it took to ask.</param>
/// <param name="Status">Its status; <c>null</c> if it is not ready to say it.</param>
internal sealed record HeardNode(string Name, TimeSpan Offset, TimeSpan RoundTrip, StatusDocument? Status);
