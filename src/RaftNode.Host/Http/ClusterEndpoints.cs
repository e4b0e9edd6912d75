using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Cluster;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>GET /cluster</c>: all members, each with what its node says of itself; and <c>GET /groups</c>: all groups that
/// have the node's keys, each in a few words.
/// </summary>
internal sealed class ClusterEndpoints(RunningNode node)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/cluster", ["GET", "HEAD"], ClusterAsync)
            .RequireRole(Role.Read).Describe(NodeOperations.Cluster);
        routes.MapMethods("/groups", ["GET", "HEAD"], GroupsAsync)
            .RequireRole(Role.Read).Describe(NodeOperations.Groups);
    }

    private async Task ClusterAsync(HttpContext context)
    {
        if (!GroupParameter.TryReadAny(context.Request, node.Groups, out var group, out string wrong))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(wrong));
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        var view = group is null ? node.Cluster : node.Cluster.Of(group);
        var document = await view.ReadAsync().WaitAsync(context.RequestAborted);
        await TypedResults.Json(document, HostJson.Default.ClusterDocument).ExecuteAsync(context);
    }

    private async Task GroupsAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var statuses = await Task.WhenAll(node.Groups.Select(OwnStatus.AskAsync)).WaitAsync(context.RequestAborted);
        var document = AllGroups.List(node.Settings.Self.Id, node.Groups, statuses);
        await TypedResults.Json(document, HostJson.Default.GroupListDocument).ExecuteAsync(context);
    }
}
