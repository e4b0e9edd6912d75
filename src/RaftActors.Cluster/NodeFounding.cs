using Akka.Actor;
using RaftActors.Cluster.Wire;
using RaftActors.Membership;

namespace RaftActors.Cluster;

/// <summary>
/// A node's part in the founding of its group: the actor that asks the contact points, and what comes of it.
/// </summary>
/// <param name="settings">The coordinator's settings.</param>
/// <param name="context">The coordinator's context.</param>
/// <param name="peer">This node's peer.</param>
internal sealed class NodeFounding(CoordinatorSettings settings, IActorContext context, OwnPeer peer)
{
    private IActorRef? _founder;
    private IReadOnlyList<Member> _founders = [];

    /// <summary>What this node can say of the founding.</summary>
    public GroupFounder.Progress Progress { get; private set; } = new(new FoundingStep(""), []);

    /// <summary>Starts the actor that asks the contact points, if there are any and the actor does not run.</summary>
    public void Start()
    {
        if (!settings.HasContactPoints || _founder is not null)
            return;
        var own = settings;
        _founder = context.ActorOf(Props.Create(() => new GroupFounder(own)), "founder");
        context.Watch(_founder);
    }

    /// <summary>Tells that actor something, if it runs.</summary>
    public void Tell(object message) => _founder?.Tell(message, context.Self);

    /// <summary>
    /// Called when an actor has ended. If it is the founder, its journal could not be used: it may be started again.
    /// </summary>
    public void OnTerminated(IActorRef ended)
    {
        if (ended.Equals(_founder))
            _founder = null;
    }

    /// <summary>
    /// Called with what the founder has found out. Starts the peer with the founders once they agree.
    /// </summary>
    public void OnProgress(GroupFounder.Progress progress)
    {
        Progress = progress;
        var step = progress.Step;
        if (!step.Founds || peer.State != ContactState.Empty || _founders.SequenceEqual(step.Candidates))
            return;
        _founders = step.Candidates;
        settings.Peer.Tell(new RaftSupervisor.StartWith(_founders, Join: false));
    }
}
