using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Clients;
using RaftActors.StateMachines;
using RaftActors.TestKit;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.World;

/// <summary>One life of a node's process.</summary>
internal sealed class SimulatedProcess(
    VirtualWorld world, SimulatedNode node, Violations violations, VirtualHosts hosts)
    : VirtualProcess(world, node.Disk, node.Drift), IPeerObserver
{
    private readonly Dictionary<string, IdlePeer> _idlePeers = new(StringComparer.Ordinal);
    private VirtualHost? _host;

    public SimulatedNode Node => node;

    /// <summary>Collects what actors of the process find to be wrong.</summary>
    public Violations Violations => violations;

    /// <summary>The state machine that the peer built last.</summary>
    public KeyValueMachine? Machine { get; set; }

    /// <summary>The port at which answers arrive.</summary>
    public ProcessPort Port { get; private set; } = null!;

    /// <summary>The peer in memory; <c>null</c> while no peer runs, or it has not recovered.</summary>
    public RaftActor? Peer { get; private set; }

    /// <summary>Starts the process.</summary>
    /// <param name="name">The name of the process's actor system.</param>
    /// <param name="listener">Called with what arrives at <see cref="Port"/>.</param>
    public void Start(string name, Action<object> listener)
    {
        _host = hosts.Take(name);
        Start(_host);
        Port = new ProcessPort(this, message =>
        {
            if (IsDead)
                return;
            if (message is IActorRef supervisor)
                Entry = supervisor;
            else
                violations.Check(() => listener(message));
        });
        Type[] watched = [typeof(RoleChanged), typeof(PeerFailed), typeof(PeerRemoved), typeof(Error), typeof(Warning)];
        foreach (var type in watched)
            System.EventStream.Subscribe(Port, type);
    }

    /// <summary>Starts a peer.</summary>
    public void StartPeer(RaftSettings settings, Func<IStateMachine> stateMachine) =>
        Raft.Get(System).Groups.Tell(new RaftGroups.StartGroup(settings with { Observer = this }, stateMachine), Port);

    /// <summary>Starts a peer of a group beside the group of the run.</summary>
    /// <param name="settings">The settings of the peer.</param>
    /// <param name="stateMachine">Makes the state machine of the peer.</param>
    /// <param name="answered">Called with the answers to the requests of <see cref="IdlePeer.Port"/>.</param>
    public void StartIdlePeer(RaftSettings settings, Func<IStateMachine> stateMachine, Action<object> answered)
    {
        var peer = new IdlePeer(this, message => violations.Check(() => answered(message)));
        _idlePeers[settings.Group] = peer;
        Raft.Get(System).Groups.Tell(
            new RaftGroups.StartGroup(settings with { Observer = peer }, stateMachine), peer.Port);
    }

    /// <summary>The peer of a group beside the group of the run; <c>null</c> if there is none.</summary>
    public IdlePeer? IdlePeerOf(string group) => _idlePeers.GetValueOrDefault(group);

    /// <inheritdoc/>
    public override IActorRef? RecipientOf(object message) =>
        message is PeerMessage { Header.Group: var group } && group != Cluster.Group && _idlePeers.Count > 0
            ? IdlePeerOf(group)?.Entry
            : base.RecipientOf(message);

    /// <summary>It is killed, and its node's disk with it: another process may have its actor system.</summary>
    /// <param name="someIsDone">Whether some of what the disk was asked for has been done all the same.</param>
    public void Kill(bool someIsDone)
    {
        Vanish();
        node.Disk.Die(someIsDone);
        System.EventStream.Unsubscribe(Port);
        hosts.Return(_host!, this);
    }

    /// <inheritdoc/>
    public void Recovered(RaftActor peer)
    {
        if (!IsDead)
            Peer = peer;
    }

    /// <inheritdoc/>
    public void Stopped(RaftActor peer)
    {
        if (Peer == peer)
            Peer = null;
    }

    /// <inheritdoc/>
    protected override TimeSpan DelayOf(string actor) =>
        node.MachineDelay > TimeSpan.Zero && actor.StartsWith("state-machine", StringComparison.Ordinal)
            ? node.MachineDelay
            : TimeSpan.Zero;
}
