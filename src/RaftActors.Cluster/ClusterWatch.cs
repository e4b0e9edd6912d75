using Akka.Actor;
using Akka.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;

namespace RaftActors.Cluster;

/// <summary>A node of the cluster that has the role.</summary>
/// <param name="Address">Where its remoting listens.</param>
/// <param name="Uid">The incarnation of its actor system.</param>
/// <param name="State">What the cluster says of it.</param>
/// <param name="IsReachable">Whether the failure detectors reach it.</param>
internal sealed record ClusterNode(string Address, int Uid, NodeState State, bool IsReachable);

/// <summary>Told to the coordinator: the nodes with the role, as this node sees the cluster.</summary>
/// <param name="Nodes">The nodes. Those that are down are not among them.</param>
/// <param name="IsMember">Whether this node itself is up, or leaves.</param>
internal sealed record NodesChanged(IReadOnlyList<ClusterNode> Nodes,
    bool IsMember) : INoSerializationVerificationNeeded;

/// <summary>Tells the coordinator about the nodes of Akka.Cluster.</summary>
internal sealed class ClusterWatch(string role) : UntypedActor
{
    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private readonly Dictionary<UniqueAddress, Member> _members = [];
    private readonly HashSet<UniqueAddress> _unreachable = [];

    public static Props Props(string role) => Akka.Actor.Props.Create(() => new ClusterWatch(role));

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot,
        typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.CurrentClusterState state:
                foreach (var member in state.Members)
                    _members[member.UniqueAddress] = member;
                _unreachable.UnionWith(state.Unreachable.Select(static member => member.UniqueAddress));
                break;
            case ClusterEvent.MemberRemoved removed:
                _members.Remove(removed.Member.UniqueAddress);
                _unreachable.Remove(removed.Member.UniqueAddress);
                break;
            case ClusterEvent.IMemberEvent changed:
                _members[changed.Member.UniqueAddress] = changed.Member;
                break;
            case ClusterEvent.UnreachableMember unreachable:
                _unreachable.Add(unreachable.Member.UniqueAddress);
                break;
            case ClusterEvent.ReachableMember reachable:
                _unreachable.Remove(reachable.Member.UniqueAddress);
                break;
            default:
                return;
        }
        Context.Parent.Tell(new NodesChanged([.. Nodes()], IsMember));
    }

    private bool IsMember => _members.TryGetValue(_cluster.SelfUniqueAddress, out var self)
        && self.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting;

    private IEnumerable<ClusterNode> Nodes()
    {
        foreach (var member in _members.Values)
        {
            NodeState? state = member.Status switch
            {
                MemberStatus.Joining or MemberStatus.WeaklyUp => NodeState.Joining,
                MemberStatus.Up => NodeState.Up,
                MemberStatus.Leaving or MemberStatus.Exiting => NodeState.Leaving,
                _ => null,
            };
            if (state is { } known && (role.Length == 0 || member.HasRole(role)))
            {
                yield return new ClusterNode(
                    ClusterMembership.AddressOf(member.Address), member.UniqueAddress.Uid, known,
                    !_unreachable.Contains(member.UniqueAddress));
            }
        }
    }
}
