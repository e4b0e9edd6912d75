using Akka.Actor;
using Akka.Event;
using RaftActors.Storage;

namespace RaftActors.Groups;

/// <summary>
/// The actor <c>/system/raft-groups</c>: creates and destroys groups on this node, and starts those of the catalogue
/// when the node starts. It decides nothing that is not durable in the catalogue: a group is started after its creation
/// was written, and its store is deleted after it was written that the group ends.
/// </summary>
internal sealed partial class GroupManager : UntypedActor, IWithTimers
{
    /// <summary>The name of this actor.</summary>
    public const string Name = "raft-groups";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly GroupTemplates _templates;
    private readonly IActorRef _peers;
    private readonly Random _random;
    private readonly Dictionary<string, RegisteredMachine> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ManagedGroup> _groups = new(StringComparer.Ordinal);

    // What was asked before the catalogue was read.
    private readonly Queue<(IGroupRequest Request, IActorRef Sender)> _waiting = new();

    public GroupManager(GroupTemplates templates, IActorRef peers)
    {
        _templates = templates;
        _peers = peers;
        _random = Randomness.For(templates.Own);
        _permits = new Permits(templates.ParallelRecoveries);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(GroupTemplates templates, IActorRef peers) =>
        Akka.Actor.Props.Create(() => new GroupManager(templates, peers));

    protected override void PreStart() => ReadCatalogue();

    protected override void PostStop()
    {
        FailWaiting(Failure(RaftGroupFailure.SystemEnds, SystemEnds));
        FailAll(Failure(RaftGroupFailure.SystemEnds, SystemEnds));
    }

    // The catalogue stops after a failure, and another one is started. An eraser likewise.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RegisteredMachine machine:
                Register(machine);
                break;
            case IGroupRequest request when _refusal is not null:
                Sender.Tell(_refusal);
                break;
            case IGroupRequest request when _state is null:
                _waiting.Enqueue((request, Sender));
                break;
            case IGroupRequest request:
                OnRequest(request, Sender);
                break;
            case GroupCatalogue.Recovered recovered:
                OnRecovered(recovered.State);
                break;
            case GroupCatalogue.Appended appended:
                OnAppended(appended.Event);
                break;
            case GroupCatalogue.Failed failed:
                OnCatalogueFailed(failed.Failure);
                break;
            case ReadAgain:
                ReadCatalogue();
                break;
            case Permits.Requested:
                _permits.Request(Sender);
                break;
            case Permits.Returned:
                _permits.Return(Sender);
                break;
            case StoreEraser.Erased erased:
                OnErased(erased.Group, Sender);
                break;
            case StoreEraser.EraseFailed failed:
                OnEraseFailed(failed.Group, failed.Problem);
                break;
            case WriteWhatIsErased:
                WriteErased();
                break;
            case EraseAgain again:
                Erase(again.Group);
                break;
            case Terminated ended:
                OnTerminated(ended.ActorRef);
                break;
            case IActorRef or RaftGroups.AlreadyStarted or RaftGroups.SystemEnds:
                OnStarted(message);
                break;
            case RaftGroups.Stopped stopped:
                OnPeerStopped(stopped.Supervisor);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Register(RegisteredMachine machine)
    {
        _machines[machine.Name] = machine;
        foreach (var group in _groups.Values)
            if (group.State == RaftGroupState.Held && group.Record.StateMachine == machine.Name)
                Start(group);
    }

    private void OnRequest(IGroupRequest request, IActorRef sender)
    {
        switch (request)
        {
            case CreateGroup create:
                sender.TellIfAny(OnCreate(create, sender));
                break;
            case StartGroup start:
                sender.TellIfAny(OnStart(start.Group, sender));
                break;
            case FindGroup find:
                sender.TellIfAny(OnFind(find.Group, sender));
                break;
            case DestroyGroup destroy:
                sender.TellIfAny(OnDestroy(destroy.Group, sender));
                break;
            case GetGroups:
                sender.Tell(new CataloguedGroups([.. _groups.Values.Select(static group => group.Describe())]));
                break;
        }
    }

    // The answer; null if it comes later.
    private object? OnCreate(CreateGroup create, IActorRef sender)
    {
        var definition = create.Definition;
        string name = definition.Group;
        if (_groups.TryGetValue(name, out var present))
        {
            return present.State == RaftGroupState.Ending
                ? Failure(RaftGroupFailure.Ending, $"The group '{name}' is being destroyed on this node. "
                    + "Create it again when that is done.")
                : Failure(RaftGroupFailure.Exists, $"The group '{name}' was created before on this node.");
        }
        if (create.IsStarted)
        {
            return Failure(RaftGroupFailure.Exists,
                $"A peer of the group '{name}' was started by the application on this node.");
        }
        if (!_machines.ContainsKey(definition.StateMachine))
            return Failure(RaftGroupFailure.NoStateMachine, WhyNoMachine(definition.StateMachine));
        var record = new CataloguedGroup
        {
            Group = name,
            Incarnation = _state!.LastIncarnation + 1,
            MemberId = _templates.MemberId,
            Members = definition.Members,
            Join = definition.Join,
            Template = definition.Template,
            Settings = definition.Settings,
            StateMachine = definition.StateMachine,
        };
        RaftSettings settings;
        try
        {
            settings = SettingsOf(record);
        }
        catch (Exception problem)
        {
            return new Status.Failure(problem);
        }
        // The group stays where it is stored, and keeps its founders, whatever the configuration says later.
        record = record with
        {
            Members = settings.Members,
            JournalPluginId = StorePlugins.JournalOf(Context.System.Settings.Config, settings).Id,
            SnapshotPluginId = StorePlugins.SnapshotStoreOf(Context.System.Settings.Config, settings).Id,
        };
        var group = new ManagedGroup(record);
        group.AwaitStart.Add(sender);
        _groups.Add(name, group);
        Write(new GroupCreated(record));
        return null;
    }

    private object? OnStart(string name, IActorRef sender)
    {
        if (!_groups.TryGetValue(name, out var group))
            return NotFound(name);
        switch (group.State)
        {
            case RaftGroupState.Ending:
                return Failure(RaftGroupFailure.Ending, $"The group '{name}' is being destroyed on this node.");
            case RaftGroupState.Running when group.Supervisor is { } supervisor:
                return supervisor;
            case RaftGroupState.Stopped or RaftGroupState.Held:
                group.AwaitStart.Add(sender);
                Start(group);
                return null;
            default:
                group.AwaitStart.Add(sender);
                return null;
        }
    }

    private object? OnFind(string name, IActorRef sender)
    {
        if (!_groups.TryGetValue(name, out var group))
            return NotFound(name);
        if (group is { State: RaftGroupState.Running, Supervisor: { } supervisor })
            return supervisor;
        if (group.State is RaftGroupState.Running or RaftGroupState.Creating)
        {
            group.AwaitStart.Add(sender);
            return null;
        }
        string why = $"The group '{name}' does not run on this node: its state is {group.State}. {group.Problem}";
        return Failure(RaftGroupFailure.NotFound, why.TrimEnd());
    }

    private object? OnDestroy(string name, IActorRef sender)
    {
        if (!_groups.TryGetValue(name, out var group))
            return NotFound(name);
        group.AwaitEnd.Add(sender);
        if (group.State == RaftGroupState.Ending)
            return null;
        group.State = RaftGroupState.Ending;
        Write(new GroupEnding(name, group.Record.Incarnation));
        return null;
    }

    private string WhyNoMachine(string name)
    {
        string known = _machines.Count == 0
            ? "None is registered"
            : $"Registered are {string.Join(", ", _machines.Keys.Order(StringComparer.Ordinal))}";
        return $"No state machine is registered as '{name}'. {known}. Call Raft.RegisterStateMachine first.";
    }

    private string SystemEnds => $"The actor system {Context.System.Name} ends: no group is created or destroyed.";

    private static Status.Failure NotFound(string name) => Failure(RaftGroupFailure.NotFound,
        $"There is no group '{name}' in the catalogue of this node. Only groups of Raft.CreateAsync are there.");

    private static Status.Failure Failure(RaftGroupFailure reason, string message) =>
        new(new RaftGroupException(reason, message));

    /// <summary>What <see cref="Raft"/> asks.</summary>
    internal interface IGroupRequest : INoSerializationVerificationNeeded;

    /// <summary>Creates a group. The answer is its supervisor.</summary>
    /// <param name="Definition">The group.</param>
    /// <param name="IsStarted">Whether the application has started a peer of a group with that name.</param>
    internal sealed record CreateGroup(GroupDefinition Definition, bool IsStarted) : IGroupRequest;

    /// <summary>Asks for the supervisor of a group that runs, or is about to.</summary>
    internal sealed record FindGroup(string Group) : IGroupRequest;

    /// <summary>Starts a group that was stopped. The answer is its supervisor.</summary>
    internal sealed record StartGroup(string Group) : IGroupRequest;

    /// <summary>Destroys a group. The answer is <see cref="Destroyed"/>.</summary>
    internal sealed record DestroyGroup(string Group) : IGroupRequest;

    /// <summary>Asks for the groups of the catalogue. The answer is <see cref="CataloguedGroups"/>.</summary>
    internal sealed record GetGroups : IGroupRequest
    {
        public static readonly GetGroups Instance = new();
    }

    internal sealed record CataloguedGroups(IReadOnlyList<RaftGroup> All) : INoSerializationVerificationNeeded;

    internal sealed record Destroyed : INoSerializationVerificationNeeded
    {
        public static readonly Destroyed Instance = new();
    }
}

/// <summary>Answers that may come later.</summary>
internal static class LaterAnswers
{
    /// <summary>Tells an actor an answer, if there is one yet.</summary>
    public static void TellIfAny(this IActorRef actor, object? answer)
    {
        if (answer is not null)
            actor.Tell(answer);
    }
}
