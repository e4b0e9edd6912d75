namespace RaftActors.Groups;

/// <summary>Why something could not be done with a group of this node.</summary>
public enum RaftGroupFailure
{
    /// <summary>There is a group of that name on this node.</summary>
    Exists,

    /// <summary>There is no group of that name on this node, or it does not run.</summary>
    NotFound,

    /// <summary>
    /// The group is being destroyed on this node. Its name can be used again when <see cref="Raft.DestroyAsync"/> is
    /// done.
    /// </summary>
    Ending,

    /// <summary>No state machine is registered under that name.</summary>
    NoStateMachine,

    /// <summary>
    /// The catalogue cannot be read or written at present. What was asked may have been done, or be done later:
    /// <see cref="Raft.GroupsAsync"/> tells.
    /// </summary>
    CatalogueUnavailable,

    /// <summary>The catalogue cannot be used as it is. Trying again does not help.</summary>
    CatalogueDamaged,

    /// <summary>The group's peer refused, and says why.</summary>
    Refused,

    /// <summary>The actor system ends.</summary>
    SystemEnds,
}

/// <summary>Something could not be done with a group of this node.</summary>
public sealed class RaftGroupException : InvalidOperationException
{
    internal RaftGroupException(RaftGroupFailure reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Why.</summary>
    public RaftGroupFailure Reason { get; }
}
