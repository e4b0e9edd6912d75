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
internal sealed class SessionEndpoints(GroupClient client, IdempotencyKey idempotency)
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
        var answer = await client.OpenSessionAsync();
        if (answer is not Proposed { Response: SessionOpened opened })
        {
            await Problems.WriteAsync(context, Failure(answer));
            return;
        }
        var document = new SessionDocument(opened.SessionId, opened.Timeout.TotalSeconds, idempotency.Window);
        await TypedResults.Json(document, HostJson.Default.SessionDocument, statusCode: StatusCodes.Status201Created)
            .ExecuteAsync(context);
    }

    private Task KeepAliveAsync(HttpContext context) =>
        OfSessionAsync(context, client.KeepSessionAliveAsync, static answer => answer is Proposed);

    // A session that does not exist counts as closed, because the request may be sent again.
    private Task CloseAsync(HttpContext context) => OfSessionAsync(
        context,
        client.CloseSessionAsync,
        static answer => answer is Proposed or ProposalFailed { Reason: FailureReason.SessionExpired });

    private static async Task OfSessionAsync(
        HttpContext context, Func<long, Task<object>> request, Func<object, bool> isDone)
    {
        var text = (string)context.Request.RouteValues["id"]!;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id < 1)
        {
            await Problems.WriteAsync(context, Problems.BadRequest(
                "The path is /sessions/ and the session's number, which POST /sessions answered."));
            return;
        }
        var answer = await request(id);
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
