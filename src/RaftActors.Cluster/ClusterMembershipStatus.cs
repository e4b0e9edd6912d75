using Akka.Actor;

namespace RaftActors.Cluster;

/// <summary>What a node knows of the members of a group and the nodes of the cluster.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">This node's member.</param>
/// <param name="IsLeader">Whether this node's peer leads: only then does the node change members.</param>
/// <param name="Reason">What the node does about the members, or why it does nothing; a sentence.</param>
/// <param name="Problems">What is wrong, and what to do, each in a sentence or two; empty when nothing is.</param>
/// <param name="Nodes">The nodes with the role.</param>
public sealed record ClusterMembershipStatus(
    string Group,
    string MemberId,
    bool IsLeader,
    string Reason,
    IReadOnlyList<string> Problems,
    IReadOnlyList<ClusterNodeStatus> Nodes);

/// <summary>A node of the cluster that has the role.</summary>
/// <param name="Address">Where its remoting listens.</param>
/// <param name="MemberId">The member that runs there; empty as long as the node has not said so.</param>
/// <param name="State">What the cluster says of the node.</param>
/// <param name="IsReachable">
/// Whether the failure detectors of the cluster reach the node. Nobody is removed because of it.
/// </param>
public sealed record ClusterNodeStatus(string Address, string MemberId, NodeState State, bool IsReachable);

/// <summary>Asks a coordinator for <see cref="ClusterMembershipStatus"/>.</summary>
internal sealed record GetMembershipStatus : INoSerializationVerificationNeeded
{
    public static readonly GetMembershipStatus Instance = new();
}
