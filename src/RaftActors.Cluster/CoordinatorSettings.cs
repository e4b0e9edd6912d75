using Akka.Actor;
using RaftActors.Membership;

namespace RaftActors.Cluster;

/// <summary>What the coordinator of a group on a node needs.</summary>
/// <param name="Group">The group.</param>
/// <param name="Self">This node's member, at this node's address.</param>
/// <param name="Uid">The incarnation of this node's actor system.</param>
/// <param name="Membership">What is wanted.</param>
/// <param name="Peer">The group's actor on this node.</param>
/// <param name="Resolve">Leads to <see cref="MembershipGroups"/> on the node at an address.</param>
internal sealed record CoordinatorSettings(
    string Group, Member Self, int Uid, ClusterMembershipSettings Membership, IActorRef Peer,
    Func<string, ICanTell> Resolve)
{
    /// <summary>The journal of the peer; empty for the default one.</summary>
    public string JournalPluginId { get; init; } = "";

    /// <summary>Whether the node may found the group with others that its contact points name.</summary>
    public bool HasContactPoints { get; init; }

    /// <summary>The port of this node, where contact points do not say theirs.</summary>
    public int Port => NodeAddress.TryParse(Self.Address, out var address, out _) ? address.Port : 0;
}
