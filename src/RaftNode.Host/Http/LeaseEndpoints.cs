using System.Globalization;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftActors.Coordination;
using RaftNode.Host.Http.Description;
using RaftNode.Host.Node;
using Wire = RaftActors.Coordination.Wire;

namespace RaftNode.Host.Http;

/// <summary>
/// The leases of the group: <c>GET /leases</c>, and <c>GET</c>, <c>PUT</c> (acquire or renew) and <c>DELETE</c>
/// (release) of <c>/leases/{name}</c>.
/// </summary>
/// <remarks>
/// They are the same leases that <see cref="RaftLease"/> acquires, in the state machine of the group. A lease that was
/// acquired over HTTP has no process that gives signs of life: whoever holds it renews it with its token.
/// </remarks>
internal sealed class LeaseEndpoints(NodeGroups groups)
{
    private const string Path = "/leases/{**name}";
    private const string Example =
        "The body is a JSON document such as { \"owner\": \"worker-1\", \"ttlSeconds\": 30 }.";

    private static readonly TimeSpan LongestTimeToLive = TimeSpan.FromDays(365);

    // It changes nothing, and moves the lease clock to now: a question answers as of the last command.
    private static readonly byte[] MoveClock =
        new Wire.Command { SignOfLife = new Wire.SignOfLife() }.ToByteArray();

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/leases", ["GET", "HEAD"], ListAsync).RequireRole(Role.Read)
            .Describe(LeaseOperations.List);
        routes.MapMethods(Path, ["GET", "HEAD"], GetAsync).RequireRole(Role.Read).Describe(LeaseOperations.Get);
        routes.MapMethods(Path, ["PUT"], PutAsync).RequireRole(Role.Write).Describe(LeaseOperations.Put);
        routes.MapMethods(Path, ["DELETE"], DeleteAsync).RequireRole(Role.Write).Describe(LeaseOperations.Delete);
    }

    private async Task ListAsync(HttpContext context)
    {
        string prefix = context.Request.Query["prefix"].ToString();
        var leases = new List<LeaseDocument>();
        ProblemHttpResult? failure = null;
        foreach (var group in groups)
            failure ??= await ListAsync(group, prefix, leases);
        if (failure is not null)
        {
            await Problems.WriteAsync(context, failure);
            return;
        }
        if (!groups.Layout.IsOne)
            leases.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        await TypedResults.Json(new LeasesDocument(leases), HostJson.Default.LeasesDocument).ExecuteAsync(context);
    }

    private static async Task<ProblemHttpResult?> ListAsync(NodeGroup group, string prefix, List<LeaseDocument> leases)
    {
        var failure = await MoveClockAsync(group.Client);
        string after = "";
        for (bool more = failure is null; more;)
        {
            (var part, failure) = await QueryAsync(group.Client, new Wire.Query { Prefix = prefix, After = after });
            leases.AddRange((part?.Leases_ ?? []).Select(LeaseDocument.Of));
            more = part is { More: true };
            after = leases.Count > 0 ? leases[^1].Name : "";
        }
        return failure;
    }

    private async Task GetAsync(HttpContext context)
    {
        if (!PathName.Lease.TryRead(context, PathName.MaxLeaseBytes, out var name, out var problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        var client = groups.Of(name).Client;
        var failure = await MoveClockAsync(client);
        Wire.Leases? found = null;
        if (failure is null)
            (found, failure) = await QueryAsync(client, new Wire.Query { Name = name });
        if (failure is null && found!.Leases_ is [var lease])
            await WriteAsync(context, lease);
        else
            await Problems.WriteAsync(context, failure ?? Problems.NoLease(name));
    }

    private async Task PutAsync(HttpContext context)
    {
        if (!PathName.Lease.TryRead(context, PathName.MaxLeaseBytes, out var name, out var problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        (var wanted, problem) = await ReadBodyAsync(context.Request);
        if (wanted is null)
        {
            await Problems.WriteAsync(context, Problems.BadRequest($"{problem} {Example}"));
            return;
        }
        var acquire = new Wire.Acquire
        {
            Name = name,
            Owner = wanted.Owner,
            TimeToLive = (long)Math.Ceiling(wanted.TtlSeconds * 1000),
            HeldToken = wanted.Token ?? 0,
        };
        var (reply, failure) = await ProposeAsync(groups.Of(name).Client, new Wire.Command { Acquire = acquire });
        if (reply is { Granted: { } granted })
            await WriteAsync(context, granted);
        else
            await Problems.WriteAsync(context, failure ?? Refusal(name, wanted, reply!));
    }

    private static ProblemHttpResult Refusal(string name, WantedLeaseDocument wanted, Wire.Reply reply) => reply switch
    {
        { Refused: { } other } when wanted.Token is { } token => Problems.LeaseLost(name, token, Holder(other)),
        { Refused: { } other } => Problems.LeaseHeld(name, Holder(other)!),
        { Invalid.Length: > 0 } => Problems.BadRequest(reply.Invalid),
        _ => throw new InvalidOperationException($"A lease was answered by {reply}."),
    };

    private async Task DeleteAsync(HttpContext context)
    {
        if (!PathName.Lease.TryRead(context, PathName.MaxLeaseBytes, out var name, out var problem)
            || !TryReadRelease(context.Request.Query, out var owner, out var token, out problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        var client = groups.Of(name).Client;
        var (found, failure) = owner is null ? (null, null) : await QueryAsync(client, new Wire.Query { Name = name });
        if (failure is null && owner is not null)
        {
            failure = found!.Leases_.FirstOrDefault() is not { } lease ? Problems.NoLease(name)
                : lease.Owner != owner || (token > 0 && token != lease.Token) ? Problems.LeaseHeld(name, Holder(lease)!)
                : null;
            // Only this lease is released: not one that somebody else gets meanwhile.
            token = found.Leases_.FirstOrDefault()?.Token ?? 0;
        }
        if (failure is not null)
        {
            await Problems.WriteAsync(context, failure);
            return;
        }
        var release = new Wire.ForceRelease { Name = name, Token = token };
        (var reply, failure) = await ProposeAsync(client, new Wire.Command { ForceRelease = release });
        if (reply?.ForceReleased.Lease is { } released)
            await WriteAsync(context, released);
        else
            await Problems.WriteAsync(context, failure ?? Problems.NoLease(name, token));
    }

    private static async Task<ProblemHttpResult?> MoveClockAsync(GroupClient client) =>
        await client.ProposeAsync(MoveClock) is ProposalFailed failed ? Problems.OfRead(failed) : null;

    private static async Task<(Wire.Leases? Leases, ProblemHttpResult? Failure)> QueryAsync(
        GroupClient client, Wire.Query query) =>
        await client.QueryAsync(query.ToByteArray()) switch
        {
            QueryResult { Result: byte[] bytes } => (Wire.Leases.Parser.ParseFrom(bytes), null),
            QueryFailed failed => (null, Problems.Of(failed)),
            var answer => throw new InvalidOperationException($"A question about leases was answered by {answer}."),
        };

    private static async Task<(Wire.Reply? Reply, ProblemHttpResult? Failure)> ProposeAsync(
        GroupClient client, Wire.Command command) =>
        await client.ProposeAsync(command.ToByteArray()) switch
        {
            Proposed { Response: byte[] bytes } => (Wire.Reply.Parser.ParseFrom(bytes), null),
            ProposalFailed failed => (null, Problems.Of(failed, 0)),
            var answer => throw new InvalidOperationException($"A command about leases was answered by {answer}."),
        };

    private static Task WriteAsync(HttpContext context, Wire.Lease lease) =>
        TypedResults.Json(LeaseDocument.Of(lease), HostJson.Default.LeaseDocument).ExecuteAsync(context);

    // A lease that is over has no token.
    private static LeaseDocument? Holder(Wire.Lease lease) => lease.Token == 0 ? null : LeaseDocument.Of(lease);

    private static async Task<(WantedLeaseDocument? Wanted, string Problem)> ReadBodyAsync(HttpRequest request)
    {
        var (wanted, problem) = await JsonBody.ReadAsync(request, HostJson.Default.WantedLeaseDocument);
        return wanted switch
        {
            _ when problem.Length > 0 => (null, problem),
            null or { Owner: null or "" } => (null, "The owner is missing or empty: it is who asks for the lease."),
            { TtlSeconds: var seconds } when !(seconds > 0 && seconds <= LongestTimeToLive.TotalSeconds) => (null,
                $"ttlSeconds is more than 0 and at most {LongestTimeToLive.TotalSeconds}: how long the lease lives "
                + "unless it is renewed."),
            { Token: < 1 } => (null,
                "token is the token that an earlier answer had, to renew that lease. Leave it out to acquire the "
                + "lease."),
            _ => (wanted, ""),
        };
    }

    private static bool TryReadRelease(IQueryCollection query, out string? owner, out long token, out string problem)
    {
        (owner, token, problem) = (query["owner"], 0, "");
        bool force = query["force"].ToString() == "true";
        if (force == owner is { Length: > 0 })
        {
            problem = "Give either owner=OWNER, for a lease of that owner, or force=true, to take the lease away "
                + "whoever holds it.";
            return false;
        }
        if (force)
            owner = null;
        string? text = query["token"];
        if (text is null)
            return true;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out token) && token > 0)
            return true;
        problem = $"token = {text}: it is a number, the token of the lease.";
        return false;
    }
}

/// <summary>The body of <c>PUT /leases/{name}</c>.</summary>
/// <param name="Owner">Who asks for the lease.</param>
/// <param name="TtlSeconds">How long the lease lives unless it is renewed.</param>
/// <param name="Token">The token of the lease that is to be renewed; missing to acquire it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WantedLeaseDocument(string Owner, double TtlSeconds, long? Token = null);

/// <summary>A lease that somebody holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Who holds it.</param>
/// <param name="Token">The fencing token: higher than that of every earlier holder.</param>
/// <param name="Process">The number of the holder's process.</param>
/// <param name="TtlSeconds">How long it lives unless it is renewed.</param>
/// <param name="SecondsLeft">How long it still lives.</param>
internal sealed record LeaseDocument(
    string Name, string Owner, long Token, long Process, double TtlSeconds, double SecondsLeft)
{
    /// <summary>A lease as a document.</summary>
    public static LeaseDocument Of(Wire.Lease lease) => new(
        lease.Name, lease.Owner, lease.Token, lease.Process, lease.TimeToLive / 1000.0, lease.TimeLeft / 1000.0);
}

/// <summary>The body of <c>GET /leases</c>.</summary>
/// <param name="Leases">The leases that are held, in the order of their names.</param>
internal sealed record LeasesDocument(IReadOnlyList<LeaseDocument> Leases);
