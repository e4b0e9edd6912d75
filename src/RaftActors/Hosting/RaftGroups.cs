using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using RaftActors.Groups;
using RaftActors.Resting;
using RaftActors.StateMachines;
using RaftActors.Storage;

namespace RaftActors;

/// <summary>The actor <c>/system/raft</c>, the parent of the supervisors of all groups on this node.</summary>
/// <remarks>
/// An actor system that ends stops the user's actors first. Then it runs the termination hooks of its own actors and
/// waits for their answers. After that it stops the rest in no particular order. This actor has such a hook, so the
/// peers end while the journal, the snapshot store and the loggers still work.
/// <para>
/// It hears dead letters and errors for all supervisors. If each of them did, a message to a group that is not here yet
/// would be told to as many actors as there are groups.
/// </para>
/// </remarks>
internal sealed class RaftGroups : UntypedActor
{
    /// <summary>The path of this actor.</summary>
    public const string Path = $"/system/{Name}";

    /// <summary>The name of this actor.</summary>
    public const string Name = "raft";

    /// <summary>Whether a path is that of a group's supervisor.</summary>
    public static bool IsGroup(ActorPath path) => path.Elements is ["system", Name, _];

    private readonly IActorRef _systemGuardian = ((ExtendedActorSystem)Context.System).SystemGuardian;
    private readonly Dictionary<IActorRef, List<IActorRef>> _stopping = [];

    // Who is told when a supervisor has stopped, besides those who ask for that.
    private readonly Dictionary<IActorRef, IActorRef> _owners = [];
    private SharedByGroups? _shared;
    private bool _ending;

    private static IEnumerable<IActorRef> Supervisors =>
        Context.GetChildren().Where(static child => child.Path.Name != NodeWatch.Name);

    protected override void PreStart()
    {
        _systemGuardian.Tell(RegisterTerminationHook.Instance, Self);
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        // A plugin whose start fails sends no answer. Only the log says why.
        Context.System.EventStream.Subscribe(Self, typeof(Error));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartGroup start:
                Sender.Tell(Start(start));
                break;
            case GetGroups:
                Sender.Tell(new Groups([.. Supervisors]));
                break;
            case StopGroup stop:
                Stop(stop.Supervisor, Sender);
                break;
            case Terminated ended:
                OnStopped(ended.ActorRef);
                break;
            case DeadLetter letter when RaftSupervisor.OwesAnswer(letter):
                SupervisorOf(letter.Recipient.Path).Tell(letter, ActorRefs.NoSender);
                break;
            case Error error when StorePlugins.MayHaveFailed(error):
                foreach (var supervisor in Supervisors)
                    supervisor.Tell(error, ActorRefs.NoSender);
                break;
            case DeadLetter or Error:
                break;
            case TerminationHook:
                _ending = true;
                foreach (var supervisor in Supervisors)
                    Stop(supervisor, ActorRefs.Nobody);
                EndIfAllStopped();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private object Start(StartGroup start)
    {
        string group = start.Settings.Group;
        if (_ending)
            return SystemEnds.Instance;
        if (!Context.Child(group).IsNobody())
            return AlreadyStarted.Instance;
        var props = RaftSupervisor.Props(
            start.Settings, start.StateMachine, Shared(start.Settings), start.Owner);
        var supervisor = Context.ActorOf(RaftSupervisor.OnDispatcher(start.Settings, props), group);
        if (start.Owner is { } owner)
            _owners.Add(supervisor, owner);
        return supervisor;
    }

    // The supervisor of a peer with some path; an actor that ignores all messages if there is none.
    private IActorRef SupervisorOf(ActorPath peer) =>
        peer.Parent.Parent.Equals(Self.Path) ? Context.Child(peer.Parent.Name) : ActorRefs.Nobody;

    // The simulation ends all children of this actor, and goes on with the same actor system.
    private SharedByGroups Shared(RaftSettings settings)
    {
        if (_shared is { } known && Context.Child(NodeWatch.Name).Equals(known.Watch))
            return known;
        var contacts = new NodeContacts();
        var watch = Context.ActorOf(
            RaftSupervisor.OnDispatcher(settings, NodeWatch.Props(settings, contacts)), NodeWatch.Name);
        var snapshots = new Permits(settings.ParallelSnapshots);
        return _shared = new SharedByGroups(watch, contacts, snapshots);
    }

    private void Stop(IActorRef supervisor, IActorRef replyTo)
    {
        if (!_stopping.TryGetValue(supervisor, out var waiting))
            _stopping.Add(supervisor, waiting = []);
        waiting.Add(replyTo);
        Context.Watch(supervisor);
        Context.Stop(supervisor);
    }

    private void OnStopped(IActorRef supervisor)
    {
        var stopped = new Stopped(supervisor);
        // The owner knows before whoever has asked.
        if (_owners.Remove(supervisor, out var owner))
            owner.Tell(stopped);
        if (_stopping.Remove(supervisor, out var waiting))
            foreach (var replyTo in waiting)
                replyTo.Tell(stopped);
        EndIfAllStopped();
    }

    private void EndIfAllStopped()
    {
        if (_ending && _stopping.Count == 0)
            _systemGuardian.Tell(TerminationHookDone.Instance, Self);
    }

    /// <summary>
    /// Starts a peer. The answer is its supervisor, <see cref="AlreadyStarted"/>, or <see cref="SystemEnds"/>.
    /// </summary>
    internal sealed record StartGroup(RaftSettings Settings, Func<IStateMachine> StateMachine)
        : INoSerializationVerificationNeeded
    {
        /// <summary>
        /// Who permits the start of the peer (<see cref="Permits"/>), and is told
        /// <see cref="Stopped"/>; <c>null</c> for nobody.
        /// </summary>
        public IActorRef? Owner { get; init; }
    }

    internal sealed record AlreadyStarted : INoSerializationVerificationNeeded
    {
        public static readonly AlreadyStarted Instance = new();
    }

    internal sealed record SystemEnds : INoSerializationVerificationNeeded
    {
        public static readonly SystemEnds Instance = new();
    }

    /// <summary>Asks for the supervisors of all groups. The answer is <see cref="Groups"/>.</summary>
    internal sealed record GetGroups : INoSerializationVerificationNeeded
    {
        public static readonly GetGroups Instance = new();
    }

    internal sealed record Groups(IReadOnlyList<IActorRef> Supervisors) : INoSerializationVerificationNeeded;

    /// <summary>Stops a supervisor and its peer. The answer is <see cref="Stopped"/> once they have ended.</summary>
    internal sealed record StopGroup(IActorRef Supervisor) : INoSerializationVerificationNeeded;

    /// <summary>A supervisor and its peer have ended.</summary>
    internal sealed record Stopped(IActorRef Supervisor) : INoSerializationVerificationNeeded;
}
