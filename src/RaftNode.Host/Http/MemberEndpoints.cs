using System.Text.Json.Serialization;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftActors.Client;
using RaftActors.Membership;
using RaftNode.Host.Http.Description;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary><c>GET /members</c>: the members of the group. <c>PUT /members</c>: changes the members.</summary>
/// <remarks>
/// The ETag is the <see cref="Position"/> of the configuration in the log. <c>PUT</c> with <c>If-Match</c> changes
/// nothing if another configuration counts by then.
/// </remarks>
internal sealed class MemberEndpoints(RunningNode node)
{
    private const string Example = "The body is a JSON document such as { \"voters\": [ { \"id\": \"node1\", "
        + "\"address\": \"127.0.0.1:4051\" } ], \"learners\": [] }.";

    private const string What = "The list of members";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/members", ["GET", "HEAD"], GetAsync).RequireRole(Role.Read)
            .Describe(NodeOperations.Members);
        routes.MapMethods("/members", ["PUT"], PutAsync).RequireRole(Role.Admin).Describe(NodeOperations.ChangeMembers);
    }

    private async Task GetAsync(HttpContext context)
    {
        if (!GroupParameter.TryRead(context.Request, node.Groups, What, out var group, out string problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        if (await AskAsync(group) is not { } members)
        {
            await Problems.WriteAsync(context, NoPeer());
            return;
        }
        context.Response.Headers.ETag = Tag(members.Index, members.Histories);
        await TypedResults.Json(Document(members), HostJson.Default.MembersDocument).ExecuteAsync(context);
    }

    private async Task PutAsync(HttpContext context)
    {
        if (!GroupParameter.TryRead(context.Request, node.Groups, What, out var group, out string problem)
            || !TryReadCondition(context.Request.Headers, out var expected, out problem))
        {
            await Problems.WriteAsync(context, Problems.BadRequest(problem));
            return;
        }
        var present = await AskAsync(group);
        if (context.Request.Headers.IfMatch.Count > 0 && !await IsPossibleAsync(context, expected, present))
            return;
        (var wanted, problem) = await ReadBodyAsync(context.Request);
        if (wanted is null)
        {
            await Problems.WriteAsync(context, Problems.BadRequest($"{problem} {Example}"));
            return;
        }
        var answer = await group.Client.ChangeMembersAsync(Members(wanted.Voters), Members(wanted.Learners),
            expected?.Index ?? 0);
        if (answer is not Proposed done)
        {
            await Problems.WriteAsync(context, Problems.Of((ProposalFailed)answer, 0));
            return;
        }
        // A peer that has removed its own member answers no more.
        present ??= await AskAsync(group);
        context.Response.Headers.ETag = Tag(done.Index, present?.Histories ?? []);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Whether the present configuration may be the expected one. If not, the client is told what it could ask for.
    private static async Task<bool> IsPossibleAsync(HttpContext context, Position? expected, GroupMembers? present)
    {
        if (present is null)
        {
            await Problems.WriteAsync(context, NoPeer());
            return false;
        }
        if (expected is { } position && position.IsOf(present.Histories))
            return true;
        var tag = Tag(present.Index, present.Histories);
        var why = expected is null
            ? Conditions.WeakNeverMatches
            : "A restore or a recovery has undone the configuration that If-Match names.";
        context.Response.Headers.ETag = tag;
        await Problems.WriteAsync(context, Problems.MembersNeverMatch(why, tag));
        return false;
    }

    private static async Task<GroupMembers?> AskAsync(NodeGroup group)
    {
        try
        {
            return await group.Peer.Ask<GroupMembers>(GetMembers.Instance, Patience);
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ProblemHttpResult NoPeer() => Problems.PeerSilent(
        "The node's peer is not running: it recovers, or starts again after a failure, or its member was removed.");

    private static async Task<(WantedMembersDocument? Wanted, string Problem)> ReadBodyAsync(HttpRequest request)
    {
        var (wanted, problem) = await JsonBody.ReadAsync(request, HostJson.Default.WantedMembersDocument);
        if (problem.Length > 0)
            return (null, problem);
        if (wanted?.Voters is null)
            return (null, "The body has no voters.");
        return wanted.Voters.Concat(wanted.Learners ?? [])
            .All(static member => member is { Id: not null, Address: not null })
            ? (wanted, "")
            : (null, "A member has no id or no address.");
    }

    // The configuration that the change is made for; null for any, and when no configuration can be meant.
    private static bool TryReadCondition(IHeaderDictionary headers, out Position? expected, out string problem)
    {
        (expected, problem) = (null, "");
        if (headers.IfMatch.Count == 0)
            return true;
        problem = "If-Match is one quoted entity tag here, that of GET /members.";
        if (!Conditions.TryReadTags(headers.IfMatch, "If-Match", out var tags, out _) || tags is not [var tag])
            return false;
        if (tag.IsWeak)
            return true;
        var isPosition = Position.TryParse(tag.Tag.AsSpan().Trim('"'), out var position) && position.Index > 0;
        expected = position;
        return isPosition;
    }

    private static Member[] Members(IReadOnlyList<WantedMemberDocument>? members) =>
        [.. (members ?? [])
            .Select(static member => new Member(member.Id, member.Address) { Priority = member.Priority })];

    private static MembersDocument Document(GroupMembers members) => new(
        members.Index,
        members.IsCommitted,
        members.IsChanging,
        members.Leader?.Id,
        [.. members.Members.Select(member =>
        new MemberStatusDocument(member.Id, member.Address, Name(member.Role), member.StoreId, member.MatchIndex,
        member.IsActive, member.Priority))]);

    /// <summary>The name of a member's part in the group.</summary>
    public static string Name(MemberRole role) =>
        role switch { MemberRole.Voter => "voter", MemberRole.Learner => "learner", _ => "outgoingVoter" };

    private static string Tag(long index, IReadOnlyList<History> histories) => $"\"{Position.Of(index, histories)}\"";
}

/// <summary>The body of <c>PUT /members</c>.</summary>
/// <param name="Voters">The members that shall have a vote.</param>
/// <param name="Learners">The members that shall get the log without a vote; none if the property is missing.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WantedMembersDocument(
    IReadOnlyList<WantedMemberDocument> Voters, IReadOnlyList<WantedMemberDocument>? Learners);

/// <summary>
/// A member after the change. An unknown property is an error, because it would otherwise be ignored.
/// </summary>
/// <param name="Id">The member id.</param>
/// <param name="Address">The address at which peers reach the member.</param>
/// <param name="Priority">The priority as leader.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WantedMemberDocument(string Id, string Address, int Priority = 0);

/// <summary>The body of <c>GET /members</c>: what the asked node has in its log.</summary>
/// <param name="Index">The index of the configuration.</param>
/// <param name="Committed">Whether the node knows that it is committed.</param>
/// <param name="Changing">Whether a change is under way.</param>
/// <param name="Leader">The leader's member id; <c>null</c> if the node knows none.</param>
/// <param name="Members">The members, ordered by id.</param>
internal sealed record MembersDocument(long Index, bool Committed, bool Changing, string? Leader,
    IReadOnlyList<MemberStatusDocument> Members);

/// <summary>A member.</summary>
/// <param name="Id">The member id.</param>
/// <param name="Address">The address at which peers reach the member.</param>
/// <param name="Role">voter, learner or outgoingVoter.</param>
/// <param name="StoreId">The store that is bound to the member; empty until the member has been heard.</param>
/// <param name="MatchIndex">On the leader: the last index known to be durable on the member.</param>
/// <param name="Active">On the leader: whether the member has answered lately.</param>
/// <param name="Priority">The priority as leader.</param>
internal sealed record MemberStatusDocument(string Id, string Address, string Role, string StoreId, long? MatchIndex,
    bool? Active, int Priority);
