using RaftActors.Client;
using RaftActors.Cluster.Wire;

namespace RaftActors.Cluster;

/// <summary>
/// Which member of a group runs on which node of the cluster. The cluster knows addresses, and the log knows members:
/// the nodes themselves say which member they run, and until then the address in the log counts.
/// </summary>
internal sealed class NodeDirectory
{
    private readonly Dictionary<(string Address, int Uid), ContactAnswer> _answers = [];
    private readonly HashSet<(string Address, int Uid)> _leaving = [];
    private readonly Dictionary<string, TimeSpan> _absentSince = new(StringComparer.Ordinal);
    private IReadOnlyList<ClusterNode> _nodes = [];

    /// <summary>The nodes with the role.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    /// <summary>What is wrong with the nodes, in sentences.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>Takes note of the cluster.</summary>
    public void Update(IReadOnlyList<ClusterNode> nodes)
    {
        _nodes = nodes;
        var present = nodes.Select(static node => (node.Address, node.Uid)).ToHashSet();
        foreach (var gone in _answers.Keys.Where(key => !present.Contains(key)).ToList())
            _answers.Remove(gone);
        _leaving.IntersectWith(present);
    }

    /// <summary>A node has said which member it runs.</summary>
    public void Heard(ContactAnswer answer) => _answers[(answer.Address, answer.Uid)] = answer;

    /// <summary>A node has said that it leaves.</summary>
    public void Leaves(string address, int uid) => _leaving.Add((address, uid));

    /// <summary>Whether a node has said that it leaves.</summary>
    public bool HasSaidToLeave(ClusterNode node) => _leaving.Contains((node.Address, node.Uid));

    /// <summary>What a node has said; <c>null</c> for nothing.</summary>
    public ContactAnswer? Of(ClusterNode node) => _answers.GetValueOrDefault((node.Address, node.Uid));

    /// <summary>For how long the cluster has had no node of a member.</summary>
    public TimeSpan AbsentFor(string memberId, TimeSpan now) =>
        _absentSince.TryGetValue(memberId, out var since) ? now - since : TimeSpan.Zero;

    /// <summary>The member that runs on a node; empty as long as that is not known.</summary>
    public string MemberOn(ClusterNode node, GroupMembers? members)
    {
        if (Of(node) is { } answer)
            return answer.MemberId;
        return members?.Members.FirstOrDefault(member => NodeAddress.EndpointOf(member.Address) == node.Address)?.Id
            ?? "";
    }

    /// <summary>The nodes as members of a group, and takes note of the members without a node.</summary>
    /// <param name="members">The members.</param>
    /// <param name="groupId">The identity of the group.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<RoleNode> Match(GroupMembers members, string groupId, TimeSpan now)
    {
        var problems = new List<string>();
        var matched = new List<RoleNode>();
        var named = _nodes.Select(node => (Node: node, Member: MemberOn(node, members)))
            .Where(static pair => pair.Member.Length > 0).GroupBy(static pair => pair.Member, static pair => pair.Node);
        foreach (var same in named)
        {
            // After a crash, the former incarnation may still be in the cluster. It is unreachable, or leaves.
            var candidates = same.OrderByDescending(node => Of(node) is not null)
                .ThenByDescending(static node => node.IsReachable)
                .ThenByDescending(static node => node.State == NodeState.Up).ToList();
            var node = candidates[0];
            if (candidates.FindAll(one => one.IsReachable && one.State == NodeState.Up && Of(one) is not null) is [_, _,
                ..] several)
            {
                problems.Add($"Two nodes have the member id {same.Key}, at "
                    + $"{string.Join(" and ", several.Select(static one => one.Address))}: "
                    + "each needs its own raft.member-id. Neither is added.");
                if (!members.Members.Any(member => member.Id == same.Key))
                    continue;
            }
            bool leaves = node.State == NodeState.Leaving || HasSaidToLeave(node);
            matched.Add(new RoleNode(same.Key, node.Address, leaves ? NodeState.Leaving : node.State)
            {
                IsReachable = node.IsReachable,
                WaitsToJoin = WaitsToJoin(node, groupId, problems),
            });
        }
        NoteAbsent(members, matched, now);
        Problems = problems;
        return matched;
    }

    private bool WaitsToJoin(ClusterNode node, string groupId, List<string> problems)
    {
        if (Of(node) is not { } answer)
            return false;
        if (answer.GroupId.Length > 0 && groupId.Length > 0 && answer.GroupId != groupId)
        {
            problems.Add($"{answer.MemberId} at {answer.Address} has the data of another group of this name, "
                + $"{answer.GroupId}: "
                + "it is not added. Start its node with an empty data directory.");
            return false;
        }
        return answer.State is ContactState.Empty or ContactState.HasLog or ContactState.Returned;
    }

    private void NoteAbsent(GroupMembers members, List<RoleNode> matched, TimeSpan now)
    {
        foreach (var member in members.Members)
        {
            if (matched.Exists(node => node.MemberId == member.Id))
                _absentSince.Remove(member.Id);
            else
                _absentSince.TryAdd(member.Id, now);
        }
    }
}
