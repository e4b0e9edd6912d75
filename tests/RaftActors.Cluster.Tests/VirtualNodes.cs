using Akka.Actor;
using RaftActors.Client;
using RaftActors.TestKit;

namespace RaftActors.Cluster.Tests;

/// <summary>
/// Coordinators beside the peers of a <see cref="RaftCluster"/>, in virtual time. The cluster that they see is what a
/// spec says, to all of them or to each another one.
/// </summary>
internal sealed class VirtualNodes(RaftCluster cluster, ClusterMembershipSettings settings)
{
    private readonly Dictionary<RaftPeer, Node> _nodes = [];
    private int _uids;

    /// <summary>The nodes that are in the cluster.</summary>
    public IEnumerable<RaftPeer> Peers => _nodes.Keys;

    /// <summary>A node is up: its process runs.</summary>
    public void Up(RaftPeer peer)
    {
        int uid = ++_uids;
        var own = new CoordinatorSettings(cluster.Group, peer.Member, uid, settings, peer.Ref, Resolve);
        var coordinator = peer.System.ActorOf(MembershipCoordinator.Props(own, watch: null), $"coordinator-{uid}");
        _nodes[peer] = new Node(coordinator, new ClusterNode(peer.Address, uid, NodeState.Up, IsReachable: true));
        Tell();
    }

    /// <summary>A node is gone.</summary>
    public void Gone(RaftPeer peer)
    {
        _nodes.Remove(peer);
        Tell();
    }

    public void Unreachable(RaftPeer peer, bool isReachable = false)
    {
        _nodes[peer] = _nodes[peer] with { Seen = _nodes[peer].Seen with { IsReachable = isReachable } };
        Tell();
    }

    /// <summary>A node asks whether it can leave.</summary>
    /// <returns>Says whether it can.</returns>
    public Func<bool> Leave(RaftPeer peer)
    {
        var answers = new List<ReadyToLeave>();
        var asker = peer.System.ActorOf(Props.Create(() => new Asker(answers)));
        _nodes[peer].Coordinator.Tell(PrepareToLeave.Instance, asker);
        return () => answers.Count > 0;
    }

    /// <summary>Waits until these are the voters, and these the learners.</summary>
    public void AwaitMembers(IEnumerable<RaftPeer> voters, IEnumerable<RaftPeer>? learners = null, double seconds = 60)
    {
        string[] wantedVoters = [.. voters.Select(static peer => peer.Id).Order()];
        string[] wantedLearners = [.. (learners ?? []).Select(static peer => peer.Id).Order()];
        var end = cluster.Now + TimeSpan.FromSeconds(seconds);
        string last = "";
        while (cluster.Now < end)
        {
            cluster.Run(TimeSpan.FromMilliseconds(100));
            if (Leader() is not { } leader
                || cluster.MembersOf(leader) is not { IsCommitted: true, IsChanging: false } members)
                continue;
            string[] isVoters = Ids(members, MemberRole.Voter), isLearners = Ids(members, MemberRole.Learner);
            last = $"voters {string.Join(" ", isVoters)}, learners {string.Join(" ", isLearners)}";
            if (isVoters.SequenceEqual(wantedVoters) && isLearners.SequenceEqual(wantedLearners))
                return;
        }
        Assert.Fail($"The voters should be {string.Join(" ", wantedVoters)} and the learners "
            + $"{string.Join(" ", wantedLearners)}: "
            + $"{last}. Seed {cluster.Seed}. {cluster.Describe()}");
    }

    /// <summary>The connected peer that leads; <c>null</c> for none.</summary>
    public RaftPeer? Leader() =>
        cluster.Connected.FirstOrDefault(peer => cluster.StatusOf(peer)?.Role == RaftRole.Leader);

    private static string[] Ids(GroupMembers members, MemberRole role) =>
        [.. members.Members.Where(member => member.Role == role).Select(static member => member.Id)];

    private void Tell()
    {
        ClusterNode[] seen = [.. _nodes.Values.Select(static node => node.Seen)];
        foreach (var node in _nodes.Values)
            node.Coordinator.Tell(new NodesChanged(seen, IsMember: true), ActorRefs.NoSender);
    }

    private ICanTell Resolve(string address) =>
        _nodes.FirstOrDefault(node => node.Key.Address == address
            && node.Key is { IsRunning: true, IsCutOff: false }).Value?.Coordinator
            ?? ActorRefs.Nobody;

    private sealed record Node(IActorRef Coordinator, ClusterNode Seen);

    private sealed class Asker(List<ReadyToLeave> answers) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ReadyToLeave answer)
                answers.Add(answer);
        }
    }
}
