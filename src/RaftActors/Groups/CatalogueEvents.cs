using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Storage;

namespace RaftActors.Groups;

/// <summary>A group of a node's catalogue: all that is needed to start its peer again.</summary>
internal sealed record CataloguedGroup
{
    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>
    /// The number of this creation. No other group of the node, not even one of the same name, ever has it. So the
    /// store of a group never holds anything of a group that was destroyed.
    /// </summary>
    public required long Incarnation { get; init; }

    /// <summary>The node's member id.</summary>
    public required string MemberId { get; init; }

    /// <summary>The voters with which the group is founded, with this node among them.</summary>
    public required IReadOnlyList<Member> Members { get; init; }

    /// <summary>Whether the group exists, and this node is added to it.</summary>
    public bool Join { get; init; }

    /// <summary>The name of the template; empty for none.</summary>
    public string Template { get; init; } = "";

    /// <summary>Settings of this group alone, as HOCON; empty for none.</summary>
    public string Settings { get; init; } = "";

    /// <summary>The name under which the state machine is registered.</summary>
    public required string StateMachine { get; init; }

    /// <summary>The journal plugin in which the store is.</summary>
    public string JournalPluginId { get; init; } = "";

    /// <summary>The snapshot store plugin in which the store is.</summary>
    public string SnapshotPluginId { get; init; } = "";

    /// <summary>Whether the group is being destroyed.</summary>
    public bool IsEnding { get; init; }

    /// <summary>The persistence id of the peer.</summary>
    public string PersistenceId => PersistenceIds.OfIncarnation(Group, MemberId, Incarnation);
}

/// <summary>The whole catalogue. The first event, and the first one after the events before it were deleted.</summary>
internal sealed record CatalogueWritten(
    int FormatVersion, string Node, long LastIncarnation, IReadOnlyList<CataloguedGroup> Groups) : IRaftMessage
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;
}

/// <summary>A group was created on this node.</summary>
internal sealed record GroupCreated(CataloguedGroup Group) : IRaftMessage;

/// <summary>A group is being destroyed on this node. From now on its store may be incomplete.</summary>
internal sealed record GroupEnding(string Group, long Incarnation) : IRaftMessage;

/// <summary>A group was destroyed on this node: its store is empty.</summary>
internal sealed record GroupEnded(string Group, long Incarnation) : IRaftMessage;
