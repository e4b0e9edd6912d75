using Akka.Actor;
using RaftActors.StateMachines;

namespace RaftActors;

/// <summary>The actor <c>/user/raft</c>, parent of the supervisors of all groups on this node.</summary>
internal sealed class RaftGroups : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is not StartGroup start)
        {
            Unhandled(message);
            return;
        }
        string group = start.Settings.Group;
        Sender.Tell(Context.Child(group).IsNobody() ? Context.ActorOf(RaftSupervisor.Props(start.Settings, start.StateMachine), group) : AlreadyStarted.Instance);
    }

    /// <summary>Starts a peer; answered with its supervisor, or with <see cref="AlreadyStarted"/>.</summary>
    internal sealed record StartGroup(RaftSettings Settings, Func<IStateMachine> StateMachine) : INoSerializationVerificationNeeded;

    internal sealed record AlreadyStarted
    {
        public static readonly AlreadyStarted Instance = new();
    }
}
