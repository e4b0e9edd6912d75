using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// Sessions for <see cref="IdempotencyKey"/>: <c>POST /sessions</c> opens one, <c>PUT /sessions/{id}</c> keeps it
/// alive, <c>DELETE</c> closes it.
/// </summary>
internal sealed class SessionEndpoints(NodeGroups groups, IdempotencyKey idempotency)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/sessions", ["POST"], OpenAsync).RequireRole(Role.Write).Describe(SessionOperations.Open);
        routes.MapMethods("/sessions/{id}", ["PUT"], KeepAliveAsync).RequireRole(Role.Write)
            .Describe(SessionOperations.KeepAlive);
        routes.MapMethods("/sessions/{id}", ["DELETE"], CloseAsync).RequireRole(Role.Write)
            .Describe(SessionOperations.Close);
    }

    private async Task OpenAsync(HttpContext context)
    {
        if (!TryReadGroup(context.Request, out var group, out string problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        var answer = await group.Client.OpenSessionAsync();
        if (answer is not Proposed { Response: SessionOpened opened })
        {
            await Problems.WriteAsync(context, Failure(answer));
            return;
        }
        var document = new SessionDocument(
            groups.Layout.SessionNumber(group.Index, opened.SessionId), opened.Timeout.TotalSeconds,
            idempotency.Window);
        await TypedResults.Json(document, HostJson.Default.SessionDocument, statusCode: StatusCodes.Status201Created)
            .ExecuteAsync(context);
    }

    private Task KeepAliveAsync(HttpContext context) =>
        OfSessionAsync(
            context, static (client, id) => client.KeepSessionAliveAsync(id), static answer => answer is Proposed);

    // A session that does not exist counts as closed, because the request may be sent again.
    private Task CloseAsync(HttpContext context) => OfSessionAsync(
        context,
        static (client, id) => client.CloseSessionAsync(id),
        static answer => answer is Proposed or ProposalFailed { Reason: FailureReason.SessionExpired });

    // A session is in one group, because its writes are. The number of the session says in which.
    private bool TryReadGroup(HttpRequest request, out NodeGroup group, out string problem)
    {
        (group, problem) = (groups[0], "");
        if (groups.Layout.IsOne)
            return true;
        if (request.Query["key"] is { Count: > 0 } key && key is [{ Length: > 0 } only])
        {
            group = groups.Of(only);
            return true;
        }
        if (GroupParameter.TryReadAny(request, groups, out var named, out problem) && named is not null)
        {
            group = named;
            return true;
        }
        if (problem.Length == 0)
        {
            problem = $"A session is for the keys of one group, and this node has {groups.Count} (raftnode.groups). Name "
                + "a key that is to be written in the session, ?key=KEY, or the group, ?group=NUMBER.";
        }
        return false;
    }

    private async Task OfSessionAsync(
        HttpContext context, Func<GroupClient, long, Task<object>> request, Func<object, bool> isDone)
    {
        var text = (string)context.Request.RouteValues["id"]!;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id < 1)
        {
            await Problems.WriteAsync(context, Problems.BadRequest(
                "The path is /sessions/ and the session's number, which POST /sessions answered."));
            return;
        }
        var (group, session) = groups.Layout.SessionOf(id);
        var answer = await request(groups[group].Client, session);
        if (isDone(answer))
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        else
            await Problems.WriteAsync(context, Failure(answer));
    }

    private static ProblemHttpResult Failure(object answer) => answer is ProposalFailed failed
        ? Problems.Of(failed, 0)
        : throw new InvalidOperationException($"A request about a session was answered by {answer}.");
}

/// <summary>A session, as JSON.</summary>
/// <param name="Session">The session id.</param>
/// <param name="TimeoutSeconds">How long the session lives without a write or a sign of life, in seconds.</param>
/// <param name="Window">How many numbers, up to the highest one used, may be sent again.</param>
internal sealed record SessionDocument(long Session, double TimeoutSeconds, int Window);
