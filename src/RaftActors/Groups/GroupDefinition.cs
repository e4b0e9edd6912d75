using RaftActors.Membership;

namespace RaftActors.Groups;

/// <summary>What <see cref="Raft.CreateAsync(GroupDefinition)"/> creates on this node. Immutable.</summary>
/// <remarks>
/// All of this is kept in the node's catalogue, and the group starts with it again after a restart of the node. A
/// template is kept by its name: what the configuration says about it counts at each start.
/// </remarks>
public sealed record GroupDefinition
{
    /// <summary>
    /// The group's name, the same on all its nodes: up to 64 letters, digits, '-', '_' and '.', beginning with a letter
    /// or digit. No other group of this node has it.
    /// </summary>
    public required string Group { get; init; }

    /// <summary>
    /// The name under which the state machine is registered (<see cref="Raft.RegisterStateMachine"/>).
    /// </summary>
    public required string StateMachine { get; init; }

    /// <summary>
    /// The name of a section of <c>raft.groups.templates</c>, whose settings the group has; empty for those of the
    /// section <c>raft</c> alone.
    /// </summary>
    public string Template { get; init; } = "";

    /// <summary>
    /// Settings of this group alone, as HOCON without the prefix <c>raft</c>: <c>snapshot.entries = 1000</c>. They have
    /// priority over the template. Empty for none.
    /// </summary>
    public string Settings { get; init; } = "";

    /// <summary>
    /// The voters with which the group is founded, the same list on all its nodes, with this node among them. Empty for
    /// the members that the template or the section <c>raft</c> names.
    /// </summary>
    public IReadOnlyList<Member> Members { get; init; } = [];

    /// <summary>
    /// Whether the group exists on other nodes, and this node will be added to it
    /// (<see cref="Raft.AddNodeToGroupAsync"/>). <see cref="Members"/> then has only this node.
    /// </summary>
    public bool Join { get; init; }
}
