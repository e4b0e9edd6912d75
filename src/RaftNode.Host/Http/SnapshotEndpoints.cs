using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>POST /snapshot</c>: the node takes a snapshot now, and removes the entries that the snapshot includes from its
/// log. The answer comes when the snapshot is durable.
/// </summary>
internal sealed class SnapshotEndpoints(RunningNode node)
{
    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/snapshot", ["POST"], TakeAsync).RequireRole(Role.Admin);

    // There is no time limit as long as the client waits, because a large state takes a while.
    private async Task TakeAsync(HttpContext context)
    {
        var answer = await node.Group.Ask<object>(TakeSnapshot.Instance, context.RequestAborted);
        if (answer is SnapshotTaken taken)
            await TypedResults.Json(new SnapshotDocument(taken.Index, taken.Term, taken.Bytes),
                HostJson.Default.SnapshotDocument).ExecuteAsync(context);
        else
            await Problems.WriteAsync(context, Problems.NoSnapshot(((SnapshotFailed)answer).Reason));
    }
}

/// <summary>A node's latest snapshot.</summary>
/// <param name="Index">The index of the last entry that the snapshot includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">The size of the snapshot in bytes.</param>
internal sealed record SnapshotDocument(long Index, long Term, long Bytes);
