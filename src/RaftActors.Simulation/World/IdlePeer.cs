using Akka.Actor;
using RaftActors.Client;
using RaftActors.Resting;
using RaftActors.TestKit.Network;

namespace RaftActors.Simulation.World;

/// <summary>A peer of a group beside the group of the run.</summary>
internal sealed class IdlePeer : IPeerObserver
{
    private readonly SimulatedProcess _process;

    public IdlePeer(SimulatedProcess process, Action<object> answered)
    {
        _process = process;
        Port = new ProcessPort(process, message =>
        {
            if (process.IsDead)
                return;
            if (message is IActorRef supervisor)
                Entry = supervisor;
            else
                answered(message);
        });
    }

    /// <summary>The supervisor of the peer; <c>null</c> until it was started.</summary>
    public IActorRef? Entry { get; private set; }

    /// <summary>The port at which answers arrive.</summary>
    public ProcessPort Port { get; }

    /// <summary>The peer in memory; <c>null</c> while no peer runs, or it has not recovered.</summary>
    public RaftActor? Peer { get; private set; }

    /// <summary>What is kept of the peer while it sleeps; <c>null</c> if it does not.</summary>
    public SleepingPeer? Asleep { get; private set; }

    /// <summary>Whether the peer leads, awake or asleep.</summary>
    public bool Leads => Peer?.Inspect().Role == RaftRole.Leader || Asleep?.Leadership is not null;

    /// <inheritdoc/>
    public void Recovered(RaftActor peer)
    {
        if (!_process.IsDead)
            (Peer, Asleep) = (peer, null);
    }

    /// <inheritdoc/>
    public void Stopped(RaftActor peer)
    {
        if (Peer == peer)
            (Peer, Asleep) = (null, peer.Asleep);
    }
}
