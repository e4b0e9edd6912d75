using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.Cluster.Tests;

/// <summary>
/// A group and the nodes of a cluster, as <see cref="MembershipPlan"/> sees them. The member L leads.
/// </summary>
internal sealed class Situation
{
    private const long LastIndex = 5000;

    private readonly List<MemberStatus> _members = [];
    private readonly List<RoleNode> _nodes = [];
    private readonly Dictionary<string, TimeSpan> _absent = [];

    public Situation(int desiredVoters = 3, TimeSpan? replacement = null) => Settings = new ClusterMembershipSettings
    {
        DesiredVoters = desiredVoters,
        Replacement = replacement ?? TimeSpan.FromSeconds(60),
    };

    public ClusterMembershipSettings Settings { get; set; }

    public IReadOnlyList<MemberStatus> Members => _members;

    public IReadOnlyList<RoleNode> Nodes => _nodes;

    public bool IsChanging { get; set; }

    public bool IsCommitted { get; set; } = true;

    public Situation Voters(params string[] ids) => With(MemberRole.Voter, ids);

    public Situation Learners(params string[] ids) => With(MemberRole.Learner, ids);

    /// <summary>Members that do not answer the leader. Their nodes are in the cluster.</summary>
    public Situation Silent(params string[] ids) => Change(ids, static member => member with { IsActive = false });

    /// <summary>Members that lack entries.</summary>
    public Situation Behind(params string[] ids) => Change(ids, static member => member with { MatchIndex = 7 });

    public Situation Priority(string id, int priority) => Change([id], member => member with { Priority = priority });

    /// <summary>Nodes that leave the cluster.</summary>
    public Situation Leaving(params string[] ids) =>
        ChangeNodes(ids, static node => node with { State = NodeState.Leaving });

    public Situation Unreachable(params string[] ids) =>
        ChangeNodes(ids, static node => node with { IsReachable = false });

    /// <summary>Members without a node.</summary>
    public Situation Absent(double seconds, params string[] ids)
    {
        _nodes.RemoveAll(node => ids.Contains(node.MemberId));
        foreach (string id in ids)
            _absent[id] = TimeSpan.FromSeconds(seconds);
        return Silent(ids);
    }

    /// <summary>A node that has left.</summary>
    public void Gone(string id)
    {
        if (_members.Exists(member => member.Id == id))
            Absent(1, id);
        _nodes.RemoveAll(node => node.MemberId == id);
    }

    /// <summary>A member whose node is back.</summary>
    public void Return(string id)
    {
        Change([id], static member => member with { IsActive = true });
        if (!_nodes.Exists(node => node.MemberId == id))
            _nodes.Add(new RoleNode(id, AddressOf(id), NodeState.Up));
        _absent.Remove(id);
    }

    /// <summary>Nodes that are not members, and wait.</summary>
    public Situation Waiting(params string[] ids)
    {
        _nodes.AddRange(ids.Select(static id => new RoleNode(id, AddressOf(id), NodeState.Up) { WaitsToJoin = true }));
        return this;
    }

    public Situation WaitingAt(string id, string address)
    {
        _nodes.Add(new RoleNode(id, address, NodeState.Up) { WaitsToJoin = true });
        return this;
    }

    public Situation ChangeNodes(IEnumerable<string> ids, Func<RoleNode, RoleNode> change)
    {
        foreach (string id in ids)
        {
            int at = _nodes.FindIndex(node => node.MemberId == id);
            _nodes[at] = change(_nodes[at]);
        }
        return this;
    }

    public MembershipStep Next()
    {
        var leader = _members.First(static member => member.Id == "L").Member;
        MemberStatus[] members = [.. _members.OrderBy(static member => member.Id, StringComparer.Ordinal)];
        return MembershipPlan.Next(
            new GroupMembers("group", 7, IsCommitted, IsChanging, leader, members),
            _nodes, id => _absent.GetValueOrDefault(id), Settings);
    }

    /// <summary>Brings about what a step wants. New members answer, and have caught up.</summary>
    public void Carry(MembersWanted change)
    {
        MemberStatus As(Member member, MemberRole role) =>
            (_members.Find(known => known.Id == member.Id) ?? New(member.Id, role)) with { Role = role };
        var members = change.Voters.Select(member => As(member, MemberRole.Voter))
            .Concat(change.Learners.Select(member => As(member, MemberRole.Learner))).ToList();
        _members.Clear();
        _members.AddRange(members);
        for (int i = 0; i < _nodes.Count; i++)
            _nodes[i] = _nodes[i] with { WaitsToJoin = _nodes[i].WaitsToJoin
                && !members.Exists(member => member.Id == _nodes[i].MemberId) };
    }

    /// <summary>The node of a member is in the cluster, stays, and its peer answers.</summary>
    public bool IsThere(string id) => _nodes.Exists(node => node.MemberId == id && node.IsThere)
        && _members.Exists(member => member.Id == id && member.IsActive == true);

    public override string ToString() => string.Join("; ", _members.Select(member =>
        $"{member.Role} {member.Id}{(member.IsActive == true ? "" : " silent")} "
        + (_nodes.Find(node =>
            node.MemberId == member.Id) is { } node ? $"{node.State}{(node.IsReachable ? "" : " unreachable")}"
            : $"absent {_absent.GetValueOrDefault(member.Id)}")))
        + "; waiting " + string.Join(", ",
            _nodes.Where(static node => node.WaitsToJoin).Select(static node => node.MemberId))
        + $"; desired {Settings.DesiredVoters}";

    public static string AddressOf(string id) => $"{id}.test:4051";

    private Situation With(MemberRole role, string[] ids)
    {
        foreach (string id in ids)
        {
            _members.Add(New(id, role));
            _nodes.Add(new RoleNode(id, AddressOf(id), NodeState.Up));
        }
        return this;
    }

    private Situation Change(IEnumerable<string> ids, Func<MemberStatus, MemberStatus> change)
    {
        foreach (string id in ids)
        {
            int at = _members.FindIndex(member => member.Id == id);
            _members[at] = change(_members[at]);
        }
        return this;
    }

    private static MemberStatus New(string id, MemberRole role) =>
        new(id, AddressOf(id), role, $"store-{id}", LastIndex, true);
}
