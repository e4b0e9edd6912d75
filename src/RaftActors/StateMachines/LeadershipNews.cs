using Akka.Actor;
using RaftActors.Client;

namespace RaftActors.StateMachines;

/// <summary>
/// What a peer announces of its leader and its role, for a state machine that is an <see cref="ILeadershipAware"/>. The
/// latest news waits for a state machine that is yet to be built. A state machine that does not want news is told
/// nothing. Thread-safe: the peer and its state machine are two actors.
/// </summary>
internal sealed class LeadershipNews
{
    private readonly Lock _gate = new();
    private LeaderChanged? _leader;
    private RoleChanged? _role;
    private IActorRef? _listener;

    /// <summary>Whether a state machine is told.</summary>
    public bool IsTold
    {
        get
        {
            lock (_gate)
                return _listener is not null;
        }
    }

    /// <summary>Called with each event that the peer announces.</summary>
    public void Announce(object @event)
    {
        lock (_gate)
        {
            if (@event is LeaderChanged leader)
                _leader = leader;
            else if (@event is RoleChanged role)
                _role = role;
            else
                return;
            _listener?.Tell(@event, ActorRefs.NoSender);
        }
    }

    /// <summary>Tells an actor the latest news, and from now on all news, instead of the actor before it.</summary>
    public void Subscribe(IActorRef listener)
    {
        lock (_gate)
        {
            _listener = listener;
            if (_role is not null)
                listener.Tell(_role, ActorRefs.NoSender);
            if (_leader is not null)
                listener.Tell(_leader, ActorRefs.NoSender);
        }
    }

    /// <summary>Tells an actor nothing more. Another actor may have taken its place before.</summary>
    public void Unsubscribe(IActorRef listener)
    {
        lock (_gate)
        {
            if (listener.Equals(_listener))
                _listener = null;
        }
    }
}
