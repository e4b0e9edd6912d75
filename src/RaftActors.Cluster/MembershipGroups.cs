using Akka.Actor;
using Akka.Event;
using RaftActors.Cluster.Protocol;
using RaftActors.Cluster.Wire;

namespace RaftActors.Cluster;

/// <summary>
/// The actor <c>/system/raft-cluster</c>, parent of the coordinators of all groups on this node. What other nodes say
/// goes through it.
/// </summary>
internal sealed class MembershipGroups(string address, Func<string, ICanTell> resolve) : UntypedActor
{
    /// <summary>Its name among the actors of the system.</summary>
    public const string Name = "raft-cluster";

    private readonly ILoggingAdapter _log = Context.GetLogger();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartGroup start when !Context.Child(start.Settings.Group).IsNobody():
                Sender.Tell(new Status.Failure(new InvalidOperationException(
                    $"The members of the group '{start.Settings.Group}' follow the cluster already on this node.")));
                break;
            case StartGroup start:
                var coordinator = MembershipCoordinator.Props(start.Settings, start.Watch);
                Sender.Tell(Context.ActorOf(coordinator, start.Settings.Group));
                break;
            case GetGroups:
                Sender.Tell(new Groups([.. Context.GetChildren()]));
                break;
            case UnreadableMessage unreadable:
                _log.Warning("A message {0} of another node cannot be read: {1}", unreadable.Manifest,
                    unreadable.Problem);
                break;
            case IClusterMessage fromNode when GroupOf(fromNode) is { } group:
                OnNodeMessage(group, fromNode);
                break;
        }
    }

    private void OnNodeMessage(string group, IClusterMessage message)
    {
        var coordinator = Context.Child(group);
        if (!coordinator.IsNobody())
            coordinator.Tell(message, Sender);
        else if (message is Contact contact)
        {
            var unknown = new UnknownGroup { Group = group, Address = address };
            unknown.Groups.AddRange(Context.GetChildren().Select(static child => child.Path.Name)
                .Order(StringComparer.Ordinal));
            resolve(contact.Address).Tell(unknown, Self);
        }
    }

    private static string? GroupOf(IClusterMessage message) => message switch
    {
        Contact contact => contact.Group,
        ContactAnswer answer => answer.Group,
        UnknownGroup unknown => unknown.Group,
        Leave leave => leave.Group,
        LeaveAnswer answer => answer.Group,
        _ => null,
    };

    /// <summary>Starts the coordinator of a group; answered with its reference.</summary>
    /// <param name="Settings">What it needs.</param>
    /// <param name="Watch">The actor that tells it about the cluster.</param>
    internal sealed record StartGroup(CoordinatorSettings Settings, Props? Watch) : INoSerializationVerificationNeeded;

    /// <summary>Asks for the coordinators of all groups; answered with <see cref="Groups"/>.</summary>
    internal sealed record GetGroups : INoSerializationVerificationNeeded
    {
        public static readonly GetGroups Instance = new();
    }

    internal sealed record Groups(IReadOnlyList<IActorRef> Coordinators) : INoSerializationVerificationNeeded;
}
