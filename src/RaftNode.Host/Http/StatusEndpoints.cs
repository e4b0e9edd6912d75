using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
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
        if (!GroupParameter.TryReadAny(context.Request, node.Groups, out var group, out string wrong))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(wrong));
            return;
        }
        var (document, problem) = await (group is null ? own.ReadAsync() : own.ReadAsync(group));
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
        if (!GroupParameter.TryReadAny(context.Request, node.Groups, out var named, out string wrong))
            await Problems.WriteAsync(context, Problems.BadRequest(wrong));
        else if (named is null && !node.Groups.Layout.IsOne)
            await AllReadyAsync(context);
        else
            await ReadyAsync(context, named ?? node.Groups[0]);
    }

    // A node is ready when it is in all groups: a request may be for any key.
    private async Task AllReadyAsync(HttpContext context)
    {
        var all = await Task.WhenAll(node.Groups.Select(OwnStatus.AskAsync));
        var waiting = all.OfType<RaftStatus>().Where(static status => status.Leader is null)
            .Select(static status => status.Group).ToArray();
        if (AllGroups.Problems(node.Groups, all).FirstOrDefault() is { } problem)
            await Problems.WriteAsync(context, Problems.NotReady(problem with
            {
                Detail = problem.Detail + (waiting.Length > 0 ? await node.Cluster.FindOtherNumberAsync() : ""),
            }));
        else if (waiting.Length > 0)
            await Problems.WriteAsync(context,
                Problems.PeerSilent($"The node knows no leader of {AllGroups.Some(waiting, all.Length)}."
                    + await node.Cluster.FindOtherNumberAsync()));
        else
            await TypedResults.Text($"ready, all {all.Length} groups have leaders\n").ExecuteAsync(context);
    }

    private async Task ReadyAsync(HttpContext context, NodeGroup group)
    {
        var status = await OwnStatus.AskAsync(group);
        string other = status is { Leader: null } ? await node.Cluster.FindOtherNumberAsync() : "";
        if (status?.Problems is [var first, ..])
            await Problems.WriteAsync(context, Problems.NotReady(first with { Reason = first.Reason + other }));
        else if (status?.Leader is { } leader)
            await TypedResults.Text($"ready, the leader is {leader.Id}\n").ExecuteAsync(context);
        else
            await Problems.WriteAsync(context,
                Problems.PeerSilent(
                    status is null ? "The node's peer is not running." : "The node knows no leader." + other));
    }
}
