using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.Cluster;

/// <summary>
/// Says how the members of a group should follow the nodes of a cluster. Gossip proposes, the log decides: the nodes
/// are what one node's view of the cluster has, and the members are those of the leader's log. The result is one change
/// of members, or nothing and the reason.
/// </summary>
/// <remarks>
/// <para>A member is <em>there</em> if the cluster has its node, the node does not leave, and the member answers the
/// leader. The <em>tolerance</em> of a set of voters is the number of voters that are there, less a majority of the
/// set: so many more of them may fail. Every change of voters keeps these rules:</para>
/// <list type="bullet">
/// <item>The tolerance of the new voters is 0 or more: they have a majority that is there.</item>
/// <item>The new tolerance is at least the present one, except where the group has more voters than it should.</item>
/// <item>A new voter is a learner that has caught up.</item>
/// <item>A voter whose node is in the cluster is removed only if its node leaves, or if there are too many voters.
/// Being unreachable is never a reason.</item>
/// </list>
/// </remarks>
internal sealed class MembershipPlan
{
    /// <summary>A learner that lacks no more entries than this can become a voter.</summary>
    private const long CaughtUpWithin = 1000;

    private const string TooLong = " been absent for too long";

    private readonly GroupMembers _group;
    private readonly ClusterMembershipSettings _settings;
    private readonly Dictionary<string, RoleNode> _nodes;
    private readonly Func<string, TimeSpan> _absentFor;
    private readonly List<MemberStatus> _voters;
    private readonly List<MemberStatus> _learners;
    private readonly List<MemberStatus> _ready;
    private readonly string _leader;

    private MembershipPlan(
        GroupMembers group,
        IEnumerable<RoleNode> nodes,
        Func<string, TimeSpan> absentFor,
        ClusterMembershipSettings settings)
    {
        _group = group;
        _settings = settings;
        _absentFor = absentFor;
        _nodes = nodes.ToDictionary(static node => node.MemberId, StringComparer.Ordinal);
        _voters = [.. group.Members.Where(static member => member.Role == MemberRole.Voter)];
        _learners = [.. group.Members.Where(static member => member.Role == MemberRole.Learner)];
        _leader = group.Leader?.Id ?? "";
        long last = group.Members.FirstOrDefault(member => member.Id == _leader)?.MatchIndex ?? 0;
        _ready = [.. Preferred(_learners.Where(learner => IsUp(learner) && Answers(learner)
            && learner.StoreId.Length > 0 && learner.MatchIndex + CaughtUpWithin >= last))];
    }

    private int Wanted => _settings.WantedVoters;

    /// <summary>Says what to do next.</summary>
    /// <param name="group">The members, as the leader says.</param>
    /// <param name="nodes">The nodes with the role, each with the member that runs there; no member twice.</param>
    /// <param name="absentFor">For how long the cluster has had no node of a member.</param>
    /// <param name="settings">What is wanted.</param>
    public static MembershipStep Next(
        GroupMembers group,
        IEnumerable<RoleNode> nodes,
        Func<string, TimeSpan> absentFor,
        ClusterMembershipSettings settings)
    {
        if (group.Leader is null)
            return new MembershipStep("The group has no leader.");
        if (group.IsChanging || !group.IsCommitted)
            return new MembershipStep("A change of members is under way.");
        return new MembershipPlan(group, nodes, absentFor, settings).Next();
    }

    private MembershipStep Next()
    {
        var mayLeave = new HashSet<string>(StringComparer.Ordinal);
        var step = HandOver() ?? ReleaseVoters(mayLeave) ?? RemoveLeavingLearners() ?? AddLearners()
            ?? ReplaceAbsentVoters() ?? MakeRoom() ?? RemoveAbsentLearners() ?? Grow() ?? Shrink() ?? Rest();
        return step with { MayLeave = mayLeave };
    }

    // ---- A node leaves

    // The leader itself leaves: the next leader goes on from here.
    private MembershipStep? HandOver()
    {
        if (!Leaves(_leader))
            return null;
        var next = Preferred(_voters.Where(voter => voter.Id != _leader && IsThere(voter))).FirstOrDefault();
        return next is null ? null
            : new MembershipStep($"The leader {_leader} leaves: {next.Id} is to lead.") { TransferTo = next.Id };
    }

    // A voter that leaves is replaced first. Without a replacement its vote is taken away if that makes the group
    // stronger, and else the voter keeps it: it may come back.
    private MembershipStep? ReleaseVoters(HashSet<string> mayLeave)
    {
        var leaving = _voters.FindAll(voter => Leaves(voter.Id));
        if (leaving.Count == 0)
            return null;
        if (Replace(leaving, Do(leaving, "leaves", "leave")) is { } replaced)
            return replaced;
        // A learner may be ready in a moment; but a majority does not wait for it.
        bool isSpareComing = _learners.Exists(learner => IsIn(learner.Id)) || Joinable().Any();
        if (isSpareComing && Tolerance(_voters) >= 0)
            return null;
        if (Survivors() is { } kept)
        {
            var demoted = _voters.Except(kept).Where(voter => !Leaves(voter.Id) && !IsDue(voter));
            return Change(kept, _learners.Concat(demoted),
                $"{Do(leaving, "leaves", "leave")}, and no learner can take over: the voters are to be {Names(kept)}.");
        }
        mayLeave.UnionWith(leaving.Select(static voter => voter.Id));
        return null;
    }

    // The voters that would tolerate more than the present ones will, once some have left. The votes of voters that are
    // silent, but in the cluster, are taken away only if the group would otherwise lose its majority.
    private List<MemberStatus>? Survivors()
    {
        int present = Tolerance(_voters);
        var staying = LeaderFirst(_voters.Where(voter => IsIn(voter.Id))).OrderByDescending(Answers).ToList();
        for (int size = Math.Min(Wanted, OddFloor(staying.Count)); size > 0; size -= 2)
        {
            var some = staying.Take(size).ToList();
            if (Tolerance(some) >= 0 && Tolerance(some) > present)
                return some;
            if (present >= 0)
                break;
        }
        return null;
    }

    private MembershipStep? RemoveLeavingLearners()
    {
        var leaving = _learners.FindAll(learner => Leaves(learner.Id));
        return leaving.Count == 0 ? null
            : Change(_voters, _learners.Except(leaving), $"{Do(leaving, "leaves", "leave")}, a learner no longer.");
    }

    // ---- A node comes

    private MembershipStep? AddLearners()
    {
        var coming = Joinable().ToList();
        if (coming.Count == 0)
            return null;
        string names = string.Join(", ", coming.Select(static node => node.MemberId));
        var learners = _learners.Select(static learner => learner.Member)
            .Concat(coming.Select(static node => new Member(node.MemberId, node.Address)));
        return new MembershipStep($"New in the cluster, and learners from now on: {names}.")
        {
            Change = new MembersWanted([.. _voters.Select(static voter => voter.Member)], [.. learners]),
        };
    }

    private MembershipStep? Grow()
    {
        int target = Math.Min(Wanted, OddFloor(_voters.Count + _ready.Count));
        if (target <= _voters.Count)
            return null;
        var added = _ready.Take(target - _voters.Count).ToList();
        return ChangeVoters([.. _voters, .. added], [], $"Caught up, and voters from now on: {Names(added)}.");
    }

    // ---- A node is gone

    private MembershipStep? ReplaceAbsentVoters()
    {
        var due = _voters.FindAll(IsDue);
        return due.Count == 0 ? null : Replace(due, Do(due, "has", "have") + TooLong);
    }

    // A new node runs where the log has a member that is gone. Only without that member can the new one be added.
    private MembershipStep? MakeRoom()
    {
        var gone = _voters.Concat(_learners).Where(IsDue)
            .Where(member => _nodes.Values.Any(node => IsJoining(node) && IsAt(member, node))).ToList();
        if (gone.Count == 0)
            return null;
        return ChangeVoters(
            [.. _voters.Except(gone)], gone, $"{Do(gone, "has", "have")}{TooLong}, and a new node has that address.");
    }

    private MembershipStep? RemoveAbsentLearners()
    {
        var due = _learners.FindAll(IsDue);
        return due.Count == 0 ? null
            : Change(_voters, _learners.Except(due), $"{Do(due, "has", "have")}{TooLong}, a learner no longer.");
    }

    private MembershipStep? Shrink()
    {
        if (_voters.Count <= Wanted)
            return null;
        var kept = LeaderFirst(_voters).OrderByDescending(IsThere).Take(Wanted).ToList();
        if (Tolerance(kept) < 0)
            return null;
        var demoted = _voters.Except(kept).ToList();
        return Change(kept, _learners.Concat(demoted),
            $"{Wanted} voters are wanted. Learners from now on: {Names(demoted)}.");
    }

    // ---- The end

    private MembershipStep Rest()
    {
        string voters = $"the voters are {Names(_voters)}";
        var due = _voters.FindAll(IsDue);
        if (due.Count > 0)
            return new MembershipStep($"{Do(due, "has", "have")}{TooLong}, and no learner can take over: {voters}.");
        if (_voters.Count >= Wanted)
            return new MembershipStep($"There is nothing to change: {voters}.");
        int members = _voters.Count + _learners.Count(learner => IsIn(learner.Id));
        return OddFloor(members) > _voters.Count
            ? new MembershipStep($"Learners are about to catch up: {voters}.")
            : new MembershipStep(
                $"desired-voters is {_settings.DesiredVoters}, and {members} members have a node: {voters}.");
    }

    // ---- Changes

    // As many of them as there are learners to take their places.
    private MembershipStep? Replace(List<MemberStatus> voters, string why)
    {
        var ready = _ready.Take(voters.Count).ToList();
        if (ready.Count == 0)
            return null;
        var replaced = voters.Take(ready.Count).ToList();
        return ChangeVoters(
            [.. _voters.Except(replaced), .. ready], replaced,
            $"{why}. Voters in place of {Names(replaced)}: {Names(ready)}.");
    }

    private MembershipStep? ChangeVoters(List<MemberStatus> voters, IEnumerable<MemberStatus> removed, string why) =>
        voters.Count > 0 && Tolerance(voters) >= Math.Max(0, Tolerance(_voters))
            ? Change(voters, _learners.Except(voters).Except(removed), why)
            : null;

    private static MembershipStep Change(
        IEnumerable<MemberStatus> voters, IEnumerable<MemberStatus> learners, string why) => new(why)
    {
        Change = new MembersWanted(
            [.. voters.Select(static voter => voter.Member)], [.. learners.Select(static learner => learner.Member)]),
    };

    // ---- Questions

    private int Tolerance(List<MemberStatus> voters) => voters.Count(IsThere) - ((voters.Count / 2) + 1);

    private bool IsThere(MemberStatus member) => IsIn(member.Id) && Answers(member);

    private bool IsIn(string id) => _nodes.TryGetValue(id, out var node) && node.IsThere;

    private bool IsUp(MemberStatus member) => _nodes.TryGetValue(member.Id, out var node) && node.State == NodeState.Up;

    private bool Leaves(string id) => _nodes.TryGetValue(id, out var node) && !node.IsThere;

    private bool Answers(MemberStatus member) => member.Id == _leader || member.IsActive == true;

    private bool IsDue(MemberStatus member) =>
        !_nodes.ContainsKey(member.Id) && _settings.Replacement is { } after && _absentFor(member.Id) >= after;

    private IEnumerable<RoleNode> Joinable() => _nodes.Values
        .Where(node => IsJoining(node) && !_group.Members.Any(member => IsAt(member, node)))
        .OrderBy(static node => node.MemberId, StringComparer.Ordinal);

    private bool IsJoining(RoleNode node) => node is { State: NodeState.Up, WaitsToJoin: true }
        && !_group.Members.Any(member => member.Id == node.MemberId);

    private static bool IsAt(MemberStatus member, RoleNode node) =>
        NodeAddress.EndpointOf(member.Address) == NodeAddress.EndpointOf(node.Address);

    private IEnumerable<MemberStatus> Preferred(IEnumerable<MemberStatus> members) => members
        .OrderByDescending(member => _nodes[member.Id].IsReachable)
        .ThenByDescending(static member => member.Priority)
        .ThenBy(static member => member.Id, StringComparer.Ordinal);

    private IEnumerable<MemberStatus> LeaderFirst(IEnumerable<MemberStatus> members) => members
        .OrderByDescending(member => member.Id == _leader && !Leaves(member.Id))
        .ThenByDescending(static member => member.Priority)
        .ThenBy(static member => member.Id, StringComparer.Ordinal);

    private static int OddFloor(int count) => count % 2 == 0 ? Math.Max(0, count - 1) : count;

    private static string Do(IReadOnlyList<MemberStatus> members, string one, string many) =>
        $"{Names(members)} {(members.Count == 1 ? one : many)}";

    private static string Names(IEnumerable<MemberStatus> members) =>
        string.Join(", ", members.Select(static member => member.Id));
}
