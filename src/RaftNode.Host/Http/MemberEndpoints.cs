using System.Globalization;
using System.Text.Json;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using RaftActors.Client;
using RaftActors.Membership;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary><c>GET /members</c>: who is in the group; <c>PUT /members</c>: who shall be.</summary>
/// <remarks>The ETag is the index of the configuration in the log. <c>PUT</c> with <c>If-Match</c> changes nothing if another configuration counts by then.</remarks>
internal sealed class MemberEndpoints(RunningNode node, GroupClient client)
{
    private const int MaxBody = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/members", ["GET", "HEAD"], GetAsync);
        routes.MapMethods("/members", ["PUT"], PutAsync);
    }

    private async Task GetAsync(HttpContext context)
    {
        GroupMembers members;
        try
        {
            members = await node.Group.Ask<GroupMembers>(GetMembers.Instance, Patience);
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            await Problems.WriteAsync(context, Problems.PeerSilent("The node's peer is not running: it recovers, or starts again after a failure, or its member was removed."));
            return;
        }
        context.Response.Headers.ETag = Tag(members.Index);
        await TypedResults.Json(Document(members), HostJson.Default.MembersDocument).ExecuteAsync(context);
    }

    private async Task PutAsync(HttpContext context)
    {
        if (!TryReadCondition(context.Request.Headers, out var expected))
        {
            await Problems.WriteAsync(context, Problems.BadRequest("If-Match is one quoted entity tag here, that of GET /members."));
            return;
        }
        if (await ReadBodyAsync(context.Request) is not { } wanted)
        {
            await Problems.WriteAsync(context, Problems.BadRequest("The body is a JSON document such as { \"voters\": [ { \"id\": \"node1\", \"address\": \"127.0.0.1:4051\" } ], \"learners\": [] }."));
            return;
        }
        var answer = await client.ChangeMembersAsync(Members(wanted.Voters), Members(wanted.Learners), expected);
        if (answer is not Proposed done)
        {
            await Problems.WriteAsync(context, Problems.Of((ProposalFailed)answer, 0));
            return;
        }
        context.Response.Headers.ETag = Tag(done.Index);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<WantedMembersDocument?> ReadBodyAsync(HttpRequest request)
    {
        try
        {
            var body = new byte[MaxBody];
            var length = await request.Body.ReadAtLeastAsync(body, MaxBody, throwOnEndOfStream: false);
            var wanted = length < MaxBody ? JsonSerializer.Deserialize(body.AsSpan(0, length), HostJson.Default.WantedMembersDocument) : null;
            return wanted?.Voters is not null && wanted.Voters.Concat(wanted.Learners ?? []).All(static member => member is { Id: not null, Address: not null }) ? wanted : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryReadCondition(IHeaderDictionary headers, out long expected)
    {
        expected = 0;
        return headers.IfMatch.Count == 0
            || (EntityTagHeaderValue.TryParse(headers.IfMatch.ToString(), out var tag) && !tag.IsWeak
                && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out expected) && expected > 0);
    }

    private static Member[] Members(IReadOnlyList<MemberDocument>? members) => [.. (members ?? []).Select(static member => new Member(member.Id, member.Address) { Priority = member.Priority })];

    private static MembersDocument Document(GroupMembers members) => new(
        members.Index,
        members.IsCommitted,
        members.IsChanging,
        members.Leader?.Id,
        [.. members.Members.Select(member => new MemberStatusDocument(member.Id, member.Address, Name(member.Role), member.StoreId, member.MatchIndex, member.IsActive, member.Priority))]);

    private static string Name(MemberRole role) => role switch { MemberRole.Voter => "voter", MemberRole.Learner => "learner", _ => "outgoingVoter" };

    private static string Tag(long index) => $"\"{index}\"";
}

/// <summary>The body of <c>PUT /members</c>.</summary>
/// <param name="Voters">Who shall have a vote.</param>
/// <param name="Learners">Who shall get the log without a vote; nobody if it is missing.</param>
internal sealed record WantedMembersDocument(IReadOnlyList<MemberDocument> Voters, IReadOnlyList<MemberDocument>? Learners);

/// <summary>The body of <c>GET /members</c>: what the asked node has in its log.</summary>
/// <param name="Index">The index of the configuration, which is the ETag too.</param>
/// <param name="Committed">Whether the node knows that it is committed.</param>
/// <param name="Changing">Whether a change is under way.</param>
/// <param name="Leader">The leader's member id, or <c>null</c>.</param>
/// <param name="Members">The members, ordered by id.</param>
internal sealed record MembersDocument(long Index, bool Committed, bool Changing, string? Leader, IReadOnlyList<MemberStatusDocument> Members);

/// <summary>A member.</summary>
/// <param name="Id">Its member id.</param>
/// <param name="Address">Where peers reach it.</param>
/// <param name="Role">voter, learner or outgoingVoter.</param>
/// <param name="StoreId">The store it is bound to; empty as long as it was not heard of.</param>
/// <param name="MatchIndex">On the leader: the last index known to be durable on it.</param>
/// <param name="Active">On the leader: whether it answered lately.</param>
/// <param name="Priority">How much it is wanted as the leader.</param>
internal sealed record MemberStatusDocument(string Id, string Address, string Role, string StoreId, long? MatchIndex, bool? Active, int Priority);
