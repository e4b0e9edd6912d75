using Akka.Actor;
using RaftActors.StateMachines;

namespace RaftActors;

/// <summary>The actor <c>/user/raft</c>, parent of the supervisors of all groups on this node.</summary>
internal sealed class RaftGroups : UntypedActor
{
    private readonly List<(IActorRef Supervisor, IActorRef ReplyTo)> _stopping = [];

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartGroup start:
                Sender.Tell(Start(start));
                break;
            case GetGroups:
                Sender.Tell(new Groups([.. Context.GetChildren()]));
                break;
            case StopGroup stop:
                _stopping.Add((stop.Supervisor, Sender));
                Context.Watch(stop.Supervisor);
                Context.Stop(stop.Supervisor);
                break;
            case Terminated ended:
                foreach (var (supervisor, replyTo) in _stopping)
                {
                    if (supervisor.Equals(ended.ActorRef))
                        replyTo.Tell(Stopped.Instance);
                }
                _stopping.RemoveAll(each => each.Supervisor.Equals(ended.ActorRef));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static object Start(StartGroup start)
    {
        string group = start.Settings.Group;
        return Context.Child(group).IsNobody() ? Context.ActorOf(RaftSupervisor.Props(start.Settings, start.StateMachine), group) : AlreadyStarted.Instance;
    }

    /// <summary>Starts a peer; answered with its supervisor, or with <see cref="AlreadyStarted"/>.</summary>
    internal sealed record StartGroup(RaftSettings Settings, Func<IStateMachine> StateMachine) : INoSerializationVerificationNeeded;

    internal sealed record AlreadyStarted
    {
        public static readonly AlreadyStarted Instance = new();
    }

    /// <summary>Asks for the supervisors of all groups; answered with <see cref="Groups"/>.</summary>
    internal sealed record GetGroups
    {
        public static readonly GetGroups Instance = new();
    }

    internal sealed record Groups(IReadOnlyList<IActorRef> Supervisors) : INoSerializationVerificationNeeded;

    /// <summary>Stops a supervisor and its peer; answered with <see cref="Stopped"/> when they have ended.</summary>
    internal sealed record StopGroup(IActorRef Supervisor) : INoSerializationVerificationNeeded;

    internal sealed record Stopped
    {
        public static readonly Stopped Instance = new();
    }
}
