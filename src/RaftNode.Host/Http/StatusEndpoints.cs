using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Cluster;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>/status</c>; <c>/health/live</c>, which says whether the process runs; and <c>/health/ready</c>, which says
/// whether its peer runs, can use its store, and knows a leader.
/// </summary>
internal sealed class StatusEndpoints(RunningNode node, OwnStatus own)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var health = node.Settings.Http.Access.Health;
        routes.MapMethods("/status", ["GET", "HEAD"], StatusAsync).RequireRole(Role.Read)
            .Describe(NodeOperations.Status);
        routes.MapMethods("/health/live", ["GET", "HEAD"],
            context => TypedResults.Text("live\n").ExecuteAsync(context)).RequireRole(health)
            .Describe(NodeOperations.Live);
        routes.MapMethods("/health/ready", ["GET", "HEAD"], ReadyAsync).RequireRole(health)
            .Describe(NodeOperations.Ready);
    }

    private async Task StatusAsync(HttpContext context)
    {
        var (document, problem) = await own.ReadAsync();
        if (document is not null)
            await TypedResults.Json(document, HostJson.Default.StatusDocument).ExecuteAsync(context);
        else
            await Problems.WriteAsync(context, problem!);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        if (node.StoreOutage is { } outage)
        {
            await Problems.WriteAsync(context, Problems.StoreUnavailable(outage));
            return;
        }
        var status = await own.AskAsync();
        if (status?.Problems is [var first, ..])
            await Problems.WriteAsync(context, Problems.NotReady(first));
        else if (status?.Leader is { } leader)
            await TypedResults.Text($"ready, the leader is {leader.Id}\n").ExecuteAsync(context);
        else
            await Problems.WriteAsync(context,
                Problems.PeerSilent(status is null ? "The node's peer is not running." : "The node knows no leader."));
    }
}
