namespace RaftActors.Cluster;

/// <summary>What the cluster says of a node.</summary>
public enum NodeState
{
    /// <summary>The node joins the cluster, or is weakly up.</summary>
    Joining,

    /// <summary>The node is up.</summary>
    Up,

    /// <summary>The node leaves in order: the cluster says so, or the node itself.</summary>
    Leaving,
}

/// <summary>A node of the cluster that has the role, and that has said which member of the group runs on it.</summary>
/// <param name="MemberId">The member.</param>
/// <param name="Address">Where the node's remoting listens.</param>
/// <param name="State">What the cluster says of the node.</param>
internal sealed record RoleNode(string MemberId, string Address, NodeState State)
{
    /// <summary>
    /// Whether the failure detectors of the other nodes reach the node. This is a hint: it says who is preferred, never
    /// who is removed.
    /// </summary>
    public bool IsReachable { get; init; } = true;

    /// <summary>Whether the node's peer waits to be added to the group.</summary>
    public bool WaitsToJoin { get; init; }

    /// <summary>Whether the node stays.</summary>
    public bool IsThere => State != NodeState.Leaving;
}
