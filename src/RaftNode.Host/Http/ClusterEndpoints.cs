using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Cluster;
using RaftNode.Host.Http.Description;

namespace RaftNode.Host.Http;

/// <summary><c>GET /cluster</c>: all members of the group, each with what its node says of itself.</summary>
internal sealed class ClusterEndpoints(ClusterView view)
{
    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/cluster", ["GET", "HEAD"], GetAsync)
        .RequireRole(Role.Read).Describe(NodeOperations.Cluster);

    private async Task GetAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var document = await view.ReadAsync().WaitAsync(context.RequestAborted);
        await TypedResults.Json(document, HostJson.Default.ClusterDocument).ExecuteAsync(context);
    }
}
