using RaftActors.Membership;

namespace RaftActors.Groups;

/// <summary>What a group does on this node.</summary>
public enum RaftGroupState
{
    /// <summary>The group is being written into the catalogue.</summary>
    Creating,

    /// <summary>
    /// The node runs a peer of the group, or starts one. <see cref="Raft.StatusAsync"/> says how the peer is.
    /// </summary>
    Running,

    /// <summary>
    /// The group was stopped. It starts again with the node, or by <see cref="Raft.ResumeAsync"/>.
    /// </summary>
    Stopped,

    /// <summary>The group cannot be started as the node is now. <see cref="RaftGroup.Problem"/> says why.</summary>
    Held,

    /// <summary>The group is being destroyed on this node.</summary>
    Ending,
}

/// <summary>A group of this node.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="State">What the group does here.</param>
public sealed record RaftGroup(string Name, RaftGroupState State)
{
    /// <summary>
    /// Why the group does not start, or why its destruction does not go on, in sentences; empty if nothing is wrong.
    /// </summary>
    public string Problem { get; init; } = "";

    /// <summary>
    /// Whether the group is in the node's catalogue, so that it starts with the node. <c>false</c> for a group that the
    /// application started itself; of such a group all other properties are empty.
    /// </summary>
    public bool IsCatalogued { get; init; }

    /// <summary>
    /// The number of the group's creation on this node. The node never uses a number again. 0 outside the catalogue.
    /// Another node has other numbers for the same group.
    /// </summary>
    public long Incarnation { get; init; }

    /// <summary>The persistence id of the peer's journal.</summary>
    public string PersistenceId { get; init; } = "";

    /// <summary>The name of the template; empty for none.</summary>
    public string Template { get; init; } = "";

    /// <summary>The name under which the state machine is registered.</summary>
    public string StateMachine { get; init; } = "";

    /// <summary>The members that the group was created with. A group that exists has its members in its log.</summary>
    public IReadOnlyList<Member> Members { get; init; } = [];
}
