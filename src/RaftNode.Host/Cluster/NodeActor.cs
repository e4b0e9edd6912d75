using Akka.Actor;
using RaftActors.Client;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Cluster;

/// <summary>
/// Answers the other nodes over Akka.Remote: how this node stands, and what has happened on it. A node knows where the
/// others' actor systems are, and not where they serve HTTP.
/// </summary>
internal sealed class NodeActor : ReceiveActor
{
    /// <summary>The name of the actor under <c>/user</c>. Other nodes rely on it.</summary>
    public const string Name = "node";

    /// <summary>How long a snapshot may take.</summary>
    public static readonly TimeSpan SnapshotLimit = TimeSpan.FromMinutes(10);

    /// <summary>Makes the actor.</summary>
    /// <param name="status">How this node stands.</param>
    /// <param name="events">What has happened on this node.</param>
    /// <param name="groups">The node's groups.</param>
    public NodeActor(OwnStatus status, NodeEvents events, NodeGroups groups)
    {
        Receive<ReportNode>(asked => ReportAsync(asked, status, events).PipeTo(Sender, Self));
        Receive<ReportGroup>(asked => ReportAsync(asked, status, events, groups).PipeTo(Sender, Self));
        Receive<TakeNodeSnapshot>(take => SnapshotAsync(groups, take.Group).PipeTo(Sender, Self));
    }

    private static async Task<NodeReported> ReportAsync(ReportNode asked, OwnStatus status, NodeEvents events)
    {
        var (document, problem) = await status.ReadAsync();
        var why = problem is null ? null : Problems.Document(problem);
        // Events of another process of this node, or too old ones, are of no use: what is remembered is told.
        var told = asked.Run == events.Run ? events.Own.Read(asked.Number, NodeReport.MostEvents) : null;
        var known = told?.Events ?? [.. events.Own.ReadAll().Events.Take(NodeReport.MostEvents)];
        return new NodeReported(new NodeReport(events.Run, document, why, known).ToJson());
    }

    private static async Task<NodeReported> ReportAsync(
        ReportGroup asked, OwnStatus status, NodeEvents events, NodeGroups groups)
    {
        if (groups.FirstOrDefault(group => group.Name == asked.Name) is not { } found)
        {
            return Reported(events, null, new ProblemDocument(Problems.PeerSilentType, $"The node has no group "
                + $"{asked.Name}: it has its keys in {GroupLayout.Text(groups.Count)} (raftnode.groups)."));
        }
        var (document, problem) = await status.ReadAsync(found);
        return Reported(events, document, problem is null ? null : Problems.Document(problem));
    }

    private static NodeReported Reported(NodeEvents events, StatusDocument? status, ProblemDocument? problem) =>
        new(new NodeReport(events.Run, status, problem, []).ToJson());

    private static async Task<SnapshotReported> SnapshotAsync(NodeGroups groups, int group)
    {
        if (group < 0 || group >= groups.Count)
            return new SnapshotReported(0, 0, 0,
                $"The node has no group {group}: it has {groups.Count} (raftnode.groups).");
        try
        {
            return await groups[group].Peer.Ask<object>(TakeSnapshot.Instance, SnapshotLimit) switch
            {
                SnapshotTaken taken => new SnapshotReported(taken.Index, taken.Term, taken.Bytes, ""),
                SnapshotFailed failed => new SnapshotReported(0, 0, 0, failed.Reason),
                var other => throw new InvalidOperationException($"A request for a snapshot was answered by {other}."),
            };
        }
        catch (AskTimeoutException)
        {
            return new SnapshotReported(0, 0, 0,
                $"The node's peer took no snapshot within {SnapshotLimit.TotalMinutes} minutes.");
        }
    }
}
