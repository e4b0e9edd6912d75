using System.Diagnostics;
using Akka.Actor;
using RaftActors;
using RaftActors.Client;
using RaftActors.Membership;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Cluster;

/// <summary>
/// How all members stand, in one group or in all groups together. Asks the others' <see cref="NodeActor"/>s when
/// somebody wants to know, and not otherwise.
/// </summary>
/// <param name="node">This node.</param>
/// <param name="own">How this node stands.</param>
/// <param name="events">Where the events of the other nodes are added.</param>
/// <param name="group">The group; <c>null</c> for all groups together.</param>
internal sealed class ClusterView(RunningNode node, OwnStatus own, NodeEvents events, NodeGroup? group = null)
{
    private const int MostProbes = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // All that ask within this time get the same document.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // A node that was silent before is not waited for: it is shown as it was until it answers.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Id, string Address), MemberProbe> _probes = [];
    private readonly Dictionary<int, ClusterView> _ofGroups = [];
    private Task<ClusterDocument>? _reading;
    private long _begun;
    private GroupMembers? _members;

    /// <summary>
    /// Reads how all members stand. A node that is not reached delays the first reading by two seconds.
    /// </summary>
    public Task<ClusterDocument> ReadAsync()
    {
        lock (_lock)
        {
            if (_reading is null || (_reading.IsCompleted && Stopwatch.GetElapsedTime(_begun) >= Interval))
            {
                _begun = Stopwatch.GetTimestamp();
                _reading = AskAllAsync();
            }
            return _reading;
        }
    }

    /// <summary>How all members stand in one group.</summary>
    public ClusterView Of(NodeGroup one)
    {
        lock (_lock)
        {
            if (!_ofGroups.TryGetValue(one.Index, out var view))
                _ofGroups.Add(one.Index, view = new ClusterView(node, own, events, one));
            return view;
        }
    }

    /// <summary>
    /// Finds a node that has its keys in another number of groups. This node then never hears the others' leaders,
    /// because the groups have other names.
    /// </summary>
    /// <returns>What is wrong and what to do, in sentences; empty if no node says that it has another number.</returns>
    public async Task<string> FindOtherNumberAsync()
    {
        int own = node.Groups.Count;
        var other = (await ReadAsync()).Members.FirstOrDefault(
            member => member.Status is { } status && (status.Groups?.Count ?? 1) != own);
        int count = other?.Status!.Groups?.Count ?? 1;
        return other is null ? "" : $" {other.Id} has its keys in {GroupLayout.Text(count)}, and this node in {own} "
            + $"(raftnode.groups). The number is the same on all nodes: the one with which the groups were founded.";
    }

    /// <summary>The <see cref="NodeActor"/> of a member; <c>null</c> if there is no such member.</summary>
    public async Task<IActorRef?> FindAsync(string member) =>
        (await MembersAsync()).Members.FirstOrDefault(known => known.Id == member) is { } found
            ? Resolve(found.Address)
            : null;

    private async Task<ClusterDocument> AskAllAsync()
    {
        var status = group is null ? own.ReadAsync() : own.ReadAsync(group);
        var members = await MembersAsync();
        var others = members.Members.Where(member => member.Id != node.Settings.Self.Id)
            .ToDictionary(static member => member.Id, ProbeOf);
        Forget(others.Values);
        var asking = others.Values.Select(static probe => (probe.Last, Asking: probe.AskIfDueAsync())).ToArray();
        await Task.WhenAll(asking.Where(static each => each.Last is null).Select(static each => each.Asking));
        await Task.WhenAny(Task.WhenAll(asking.Select(static each => each.Asking)), Task.Delay(Grace));

        var (document, problem) = await status;
        var itself = new MemberProbe.Outcome(Stopwatch.GetTimestamp(), IsReachable: true, document,
            problem is null ? null : Problems.Document(problem));
        var outcomes = members.Members.Select(
            member => (Member: member, Outcome: others.TryGetValue(member.Id, out var probe) ? probe.Last! : itself));
        return Document(members, [.. outcomes]);
    }

    private ClusterDocument Document(
        GroupMembers members, IReadOnlyList<(MemberStatus Member, MemberProbe.Outcome Outcome)> outcomes)
    {
        // Several groups have several leaders. The one that leads most of them stands for all.
        var leader = outcomes.Select(static each => each.Outcome.Status)
            .Where(static status => status is { Role: "leader" })
            .MaxBy(static status => (status!.Groups?.Led ?? 0, status.Term));
        var lags = leader is { Groups: not null } ? null : leader?.Followers.ToLookup(
            static follower => follower.Id, follower => Math.Max(0, leader.LastIndex - follower.MatchIndex));
        return new ClusterDocument
        {
            Node = node.Settings.Self.Id,
            Time = DateTime.UtcNow,
            Group = group?.Name ?? node.Settings.Raft.Group,
            Leader = leader?.Node,
            Term = outcomes.Max(static each => each.Outcome.Status?.Term ?? 0),
            Index = members.Index,
            Changing = members.IsChanging,
            Members = [.. outcomes.Select(each => new ClusterMemberDocument
            {
                Id = each.Member.Id,
                Address = each.Member.Address,
                Membership = MemberEndpoints.Name(each.Member.Role),
                Priority = each.Member.Priority,
                Reachable = each.Outcome.IsReachable,
                AgeSeconds = each.Outcome.Status is null
                    ? null
                    : Math.Round(Stopwatch.GetElapsedTime(each.Outcome.At).TotalSeconds, 1),
                Lag = each.Member.Id == leader?.Node && leader.Groups is null ? 0
                    : lags?[each.Member.Id].Select(static lag => (long?)lag).FirstOrDefault(),
                Problem = each.Outcome.Problem,
                Status = each.Outcome.Status,
            })],
        };
    }

    // The members as this node's peer knows them. While no peer runs: as it last knew them, or as the settings say.
    private async Task<GroupMembers> MembersAsync()
    {
        try
        {
            return _members = await (group?.Peer ?? node.Group).Ask<GroupMembers>(GetMembers.Instance, Patience);
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            return _members ?? new GroupMembers(node.Settings.Raft.Group, 0, false, false, null,
                [.. node.Settings.Raft.Members.OrderBy(static member => member.Id, StringComparer.Ordinal).Select(
                    static member => new MemberStatus(member.Id, member.Address, MemberRole.Voter, "", null, null)
                    {
                        Priority = member.Priority,
                    })]);
        }
    }

    private MemberProbe ProbeOf(MemberStatus member)
    {
        lock (_lock)
        {
            if (!_probes.TryGetValue((member.Id, member.Address), out var probe))
            {
                probe = new MemberProbe(member.Id, Resolve(member.Address), events, group?.Name);
                _probes.Add((member.Id, member.Address), probe);
            }
            return probe;
        }
    }

    // Members come and go: their probes must not add up.
    private void Forget(IReadOnlyCollection<MemberProbe> used)
    {
        lock (_lock)
        {
            if (_probes.Count <= Math.Max(MostProbes, 2 * used.Count))
                return;
            foreach (var (key, _) in _probes.Where(pair => !used.Contains(pair.Value)).ToArray())
                _probes.Remove(key);
        }
    }

    // A path without the uid of an incarnation stays valid when the node starts again.
    private IActorRef Resolve(string address) => ((ExtendedActorSystem)node.System).Provider.ResolveActorRef(
        NodeAddress.PathAt(node.System, address, $"/user/{NodeActor.Name}"));
}
