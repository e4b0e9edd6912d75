using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftNode.Host.Cluster;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>POST /snapshot?node=NODE</c>: a node takes a snapshot now, and removes the entries that the snapshot includes
/// from its log. Without <c>node</c> the asked node does. The answer comes when the snapshot is durable.
/// </summary>
internal sealed class SnapshotEndpoints(RunningNode node, ClusterView view)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/snapshot", ["POST"], TakeAsync).RequireRole(Role.Admin)
            .Describe(NodeOperations.Snapshot);

    private async Task TakeAsync(HttpContext context)
    {
        if (!GroupParameter.TryRead(context.Request, node.Groups, "A snapshot", out var group, out string wrong))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(wrong));
            return;
        }
        string named = context.Request.Query["node"].ToString();
        var (taken, problem) = named.Length == 0 || named == node.Settings.Self.Id
            ? await TakeHereAsync(group, context.RequestAborted)
            : await TakeThereAsync(named, group.Index, context.RequestAborted);
        if (taken is not null)
            await TypedResults.Json(taken, HostJson.Default.SnapshotDocument).ExecuteAsync(context);
        else
            await Problems.WriteAsync(context, problem!);
    }

    // There is no time limit as long as the client waits, because a large state takes a while.
    private static async Task<(SnapshotDocument?, ProblemHttpResult?)> TakeHereAsync(
        NodeGroup group, CancellationToken cancellation) =>
        await group.Peer.Ask<object>(TakeSnapshot.Instance, cancellation) is var answer && answer is SnapshotTaken taken
            ? (new SnapshotDocument(taken.Index, taken.Term, taken.Bytes), null)
            : (null, Problems.NoSnapshot(((SnapshotFailed)answer).Reason));

    private async Task<(SnapshotDocument?, ProblemHttpResult?)> TakeThereAsync(
        string member, int group, CancellationToken cancellation)
    {
        if (await view.FindAsync(member) is not { } other)
            return (null, Problems.BadRequest($"node = {member}: the group has no such member."));
        try
        {
            // A node that does not even say how it stands is not waited for.
            await other.Ask<NodeReported>(new ReportNode("", 0), Patience, cancellation);
        }
        catch (AskTimeoutException)
        {
            return (null, Problems.NoSnapshot($"{member} has not answered within {Patience.TotalSeconds} s."));
        }
        try
        {
            return await other.Ask<SnapshotReported>(
                new TakeNodeSnapshot(group), NodeActor.SnapshotLimit + Patience, cancellation) switch
            {
                { Problem: "" } taken => (new SnapshotDocument(taken.Index, taken.Term, taken.Bytes), null),
                var refused => (null, Problems.NoSnapshot(refused.Problem)),
            };
        }
        catch (AskTimeoutException)
        {
            return (null, Problems.NoSnapshot(
                $"{member} no longer answers. It may have taken a snapshot: its status has the index."));
        }
    }
}

/// <summary>A node's latest snapshot.</summary>
/// <param name="Index">The index of the last entry that the snapshot includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">The size of the snapshot in bytes.</param>
internal sealed record SnapshotDocument(long Index, long Term, long Bytes);
