using Akka.Actor;

namespace RaftActors.Groups;

/// <summary>A group of the catalogue, and what becomes of it on this node.</summary>
/// <param name="record">The group in the catalogue.</param>
internal sealed class ManagedGroup(CataloguedGroup record)
{
    /// <summary>The group in the catalogue.</summary>
    public CataloguedGroup Record { get; } = record;

    /// <summary>What the group does here.</summary>
    public RaftGroupState State { get; set; } = RaftGroupState.Creating;

    /// <summary>Why the group is held, or why its destruction does not go on.</summary>
    public string Problem { get; set; } = "";

    /// <summary>The supervisor of the peer; <c>null</c> if there is none.</summary>
    public IActorRef? Supervisor { get; set; }

    /// <summary>Whether a supervisor was asked for that has not been made yet.</summary>
    public bool IsStarting { get; set; }

    /// <summary>Whether it is durable that the group ends. Before that its store is not touched.</summary>
    public bool EndIsDurable { get; set; }

    /// <summary>Whether the store is being deleted.</summary>
    public bool IsErasing { get; set; }

    /// <summary>Whether the store was deleted.</summary>
    public bool IsErased { get; set; }

    /// <summary>How often the store could not be deleted.</summary>
    public int Failures { get; set; }

    /// <summary>Those who wait until the group has been started.</summary>
    public List<IActorRef> AwaitStart { get; } = [];

    /// <summary>Those who wait until the group has been destroyed.</summary>
    public List<IActorRef> AwaitEnd { get; } = [];

    /// <summary>The group for those who ask for all groups.</summary>
    public RaftGroup Describe() => new(Record.Group, State)
    {
        Problem = Problem,
        IsCatalogued = true,
        Incarnation = Record.Incarnation,
        PersistenceId = Record.PersistenceId,
        Template = Record.Template,
        StateMachine = Record.StateMachine,
        Members = Record.Members,
    };
}
