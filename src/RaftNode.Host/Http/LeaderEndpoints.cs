using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// <c>POST /leader/transfer?to=NODE</c>: transfers the leadership to a member or, without <c>to</c>, to the most
/// suitable member.
/// </summary>
internal sealed class LeaderEndpoints(RunningNode node)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/leader/transfer", ["POST"], TransferAsync).RequireRole(Role.Admin)
            .Describe(NodeOperations.Transfer);

    private async Task TransferAsync(HttpContext context)
    {
        if (!GroupParameter.TryRead(context.Request, node.Groups, "A leadership", out var group, out string problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        string? target = context.Request.Query["to"];
        object answer;
        try
        {
            answer = await group.Peer.Ask<object>(new TransferLeadership(target is { Length: > 0 } ? target : null),
                node.Settings.Http.RequestTimeout);
        }
        catch (AskTimeoutException)
        {
            answer =
                new TransferFailed(FailureReason.TransferTimedOut, "The node's peer did not answer in time.", null, 0);
        }
        if (answer is LeadershipTransferred done)
            await TypedResults.Json(new LeaderDocument(done.Leader.Id, done.Term), HostJson.Default.LeaderDocument)
                .ExecuteAsync(context);
        else
            await Problems.WriteAsync(context, Problems.Of((TransferFailed)answer));
    }
}

/// <summary>The leader.</summary>
/// <param name="Leader">The leader's member id.</param>
/// <param name="Term">The term in which it leads.</param>
internal sealed record LeaderDocument(string Leader, long Term);
