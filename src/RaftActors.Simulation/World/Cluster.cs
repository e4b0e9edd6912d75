using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Sessions;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Clients;
using RaftActors.Storage;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.World;

/// <summary>The failure that a state machine of the simulation throws when it is told to fail.</summary>
internal sealed class SimulatedMachineException() : Exception("A failure of the simulation's state machine.");

/// <summary>The nodes of a run, the network between them, and the checks.</summary>
internal sealed partial class Cluster
{
    /// <summary>The name of the group, and of each other group that has a disk in the run.</summary>
    public const string Group = "sim";

    // A few hundred would already be many.
    private const int MostUnderway = 5_000;

    private readonly VirtualWorld _world;
    private readonly Violations _violations;
    private readonly Random _random;
    private readonly List<Member> _members;
    private readonly List<SimulatedProcess> _running = [];
    private int _copies;

    /// <summary>Makes the nodes. No process runs yet.</summary>
    /// <param name="world">The world in which the nodes are.</param>
    /// <param name="violations">Collects the violations.</param>
    /// <param name="peers">The number of founders.</param>
    /// <param name="spares">The number of nodes that wait to be added.</param>
    /// <param name="random">The source of randomness.</param>
    /// <param name="priority">Draws the priority of a founder.</param>
    /// <param name="trace">The trace of the run.</param>
    /// <param name="drift">By how much each node's clock may be fast or slow.</param>
    /// <param name="apart">
    /// Whether one clock is as slow as possible and all others are as fast as possible, and the node with the slow
    /// clock should lead.
    /// </param>
    /// <param name="origin">How the group begins.</param>
    public Cluster(
        VirtualWorld world, Violations violations, int peers, int spares, Random random, Func<int> priority,
        Trace trace, double drift, bool apart, Origin origin)
    {
        _world = world;
        _violations = violations;
        _random = random;
        Trace = trace;
        int slow = apart ? random.Next(peers) : -1;
        _members = Enumerable.Range(1, peers)
            .Select(number =>
            new Member($"peer{number}",
            $"peer{number}:4051") { Priority = apart ? (number - 1 == slow ? 1 : 0) : priority() }).ToList();
        var all = Enumerable.Range(1, peers + spares)
            .Select(number => new Member($"peer{number}", $"peer{number}:4051"));
        Nodes = all.Select((member, index) => new SimulatedNode(member, NewDisk(member.Id))
        {
            Drift = apart ? (index == slow ? -drift : drift) : DrawDrift(random, drift),
            Joins = index >= (origin == Origin.Recovered ? 1 : peers),
        }).ToList();
        foreach (var node in Nodes)
            Watch(node);
        // How much faster the fastest clock can be than the slowest, as a part of 1.
        _leaseClockDrift = 1 - ((1 - drift) / (1 + drift));
        Invariants = new Invariants(Nodes, trace);
        Network = new VirtualNetwork<SimulatedNode>(world, new Random(random.Next())) { Watcher = Sent };
        foreach (var node in Nodes)
            Network.Connect(node);
    }

    /// <summary>Where processes find their actor systems.</summary>
    public VirtualHosts Hosts { get; init; } = VirtualHosts.Shared;

    /// <summary>Whether the state of a replica was changed from outside.</summary>
    public bool StateWasChanged => Invariants.StateWasChanged;

    /// <summary>The longest time for which a process was paused.</summary>
    public TimeSpan LongestPause { get; set; }

    /// <summary>The founders, and the nodes that wait to be added.</summary>
    public IReadOnlyList<SimulatedNode> Nodes { get; }

    /// <summary>The founders. In a recovered group, its former members.</summary>
    public IReadOnlyList<Member> Founders => _members;

    /// <summary>The most founders that are less than half of them.</summary>
    public int LargestMinority => (Nodes.Count(static each => !each.Joins) - 1) / 2;

    public VirtualNetwork<SimulatedNode> Network { get; }

    public Invariants Invariants { get; }

    public Trace Trace { get; }

    /// <summary>The groups beside the group of the run; <c>null</c> if there are none.</summary>
    public IdleGroups? IdleGroups { get; set; }

    /// <summary>Called with the answers of peers to their clients.</summary>
    public Action<object>? Answered { get; set; }

    /// <summary>Called with each process that dies.</summary>
    public Action<SimulatedProcess>? Died { get; set; }

    public int IndexOf(SimulatedNode node)
    {
        for (int i = 0; i < Nodes.Count; i++)
        {
            if (Nodes[i] == node)
                return i;
        }
        return -1;
    }

    /// <summary>The state machine of a node's peer; <c>null</c> if there is none.</summary>
    public KeyValueMachine? MachineOf(SimulatedNode node) => node.Process is { Machine: { } machine } ? machine : null;

    /// <summary>Starts the process of a node that is down.</summary>
    public void Start(SimulatedNode node)
    {
        node.Starts++;
        node.HasLeft = false;
        if (Trace.IsOn)
            Trace.Line($"{node} starts");
        node.Disk.Revive();
        var process = new SimulatedProcess(_world, node, _violations, Hosts);
        node.Process = process;
        _running.Add(process);
        int seed = _random.Next();
        process.Start($"raft-{node.Id}", message => Receive(process, message));
        var settings = SettingsOf(process, seed);
        process.StartPeer(settings, () => NewMachine(process));
        IdleGroups?.Start(process, settings);
    }

    /// <summary>
    /// Changes the state of a node's replica from outside, unless a replica was changed before. If two replicas
    /// differed from the others, maybe none would be right.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="lots">A random number that decides the change.</param>
    public void ChangeState(SimulatedNode node, int lots)
    {
        if (StateWasChanged || DigestInterval == TimeSpan.Zero || MachineOf(node) is not { } machine
            || node.Process?.Peer is null)
            return;
        Invariants.StateWasChanged = true;
        machine.Hidden = $"changed {lots}";
    }

    /// <summary>
    /// Starts a process for clients with a <see cref="RaftClient"/>. No fault concerns the process, except faults of
    /// its messages.
    /// </summary>
    public (SimulatedProcess Process, IActorRef Client) StartClient(int number)
    {
        var node = new SimulatedNode(new Member($"client{number}", $"client{number}:4051"), NewDisk($"client{number}"));
        var process = new SimulatedProcess(_world, node, _violations, Hosts);
        _running.Add(process);
        process.Start(node.Id, message => Receive(process, message));
        return (process, process.System.ActorOf(RaftClient.Props(ClientSettingsOf(process))));
    }

    /// <summary>Sends a message to a node's peer, if there is one. The answer is ignored.</summary>
    public void Ask(SimulatedNode node, object message)
    {
        if (node.Process is { IsDead: false, Entry: { } entry } process)
            entry.Tell(message, process.Port);
    }

    /// <summary>
    /// Makes a machine at an address of its own with a copy of a node's disk. Its process does not run yet.
    /// </summary>
    public SimulatedNode Copy(SimulatedNode of)
    {
        var copy = SimulatedNode.Copy(of, $"{of.Id}.copy{++_copies}:4051", NewDisk(of.Id));
        Watch(copy);
        Network.Connect(copy);
        return copy;
    }

    /// <summary>Moves a node that is down to another address.</summary>
    public void Move(SimulatedNode node, string address)
    {
        string former = node.Address;
        if (Trace.IsOn)
            Trace.Line($"{node} moves from {former} to {address}");
        node.Move(address);
        Network.Moved(node, former);
    }

    /// <summary>Kills the process of a node, if it is running.</summary>
    public void Kill(SimulatedNode node)
    {
        if (node.Process is not { } process)
            return;
        if (Trace.IsOn)
            Trace.Line($"{node} dies");
        node.Process = null;
        End(process, someIsDone: true);
        node.MachineFails = false;
        node.MachineDelay = TimeSpan.Zero;
        Invariants.ProcessDied(node);
        foreach (var other in Nodes.Where(other => other != node))
            Network.BreakOneWay(Network.Between(node, other));
        Died?.Invoke(process);
    }

    /// <summary>The run is over: all processes end.</summary>
    public void End()
    {
        foreach (var process in _running.ToList())
            End(process, someIsDone: false);
    }

    private void End(SimulatedProcess process, bool someIsDone)
    {
        _running.Remove(process);
        process.Kill(someIsDone);
    }

    private void Watch(SimulatedNode node) => node.Disk.Written = (persistenceId, @event, bytes) =>
    {
        if (persistenceId == PersistenceIds.OfPeer(Group, node.Id))
            node.Durable.Written(@event);
        Trace.Write(node, @event, bytes);
    };

    private PeerDisk NewDisk(string peerId) => new(peerId, _world, new Random(_random.Next()));

    // Draws large drifts more often than small ones, because clocks that are nearly right show nothing.
    private static double DrawDrift(Random random, double most)
    {
        double drawn = (2 * random.NextDouble()) - 1;
        return most * Math.CopySign(Math.Sqrt(Math.Abs(drawn)), drawn);
    }

    // Messages between clients and nodes are delayed, lost and duplicated as messages between peers are.
    private void Carry(Random random, SimulatedNode node, Action arrive)
    {
        var faults = Network.Faults;
        // An operator would tell no client about a node that does not belong to the group.
        if (node.IsStranger || random.NextDouble() < faults.Loss)
            return;
        _world.Schedule(faults.DrawDelay(random), arrive);
        if (random.NextDouble() < faults.Duplication)
            _world.Schedule(faults.DrawDelay(random), arrive);
    }

    private void Sent(Message<SimulatedNode> message, string fate) => _violations.Check(() =>
    {
        // The message was recorded when it was sent.
        if (fate == "lost on its way")
            return;
        if (!message.From.IsStranger && message.Original is not PeerMessage { Header.Group: not Group })
            Invariants.Sent(message.From, message.To, message.Original);
        Trace.Message(message, fate == "lost");
        if (message.Link.Underway.Count > MostUnderway)
        {
            throw new SimulationViolation(
                "messages are bounded",
                $"{MostUnderway} messages are on their way from {message.From} to {message.To}, the last one "
                + $"{message.Original}.");
        }
    });

    // A state machine that was replaced before its first turn may be made after its successor. The process's state
    // machine is the one that gets entries.
    private KeyValueMachine NewMachine(SimulatedProcess process)
    {
        var machine = new KeyValueMachine(new MachineWatcher(_violations, process, Invariants));
        process.Machine ??= machine;
        return machine;
    }

    private void Receive(SimulatedProcess process, object message)
    {
        switch (message)
        {
            case PeerRemoved removed:
                // In the other group, whose disk a stranger has, another stranger may know that it was removed.
                if (!process.Node.WasOmitted && !process.Node.IsStranger)
                    throw new SimulationViolation("no member is removed unasked",
                        $"{process.Node} stopped as removed at {removed.Index}.");
                process.Node.HasLeft = true;
                break;
            // It was told that the group knows its member by another store.
            case PeerFailed failed when process.Node.HasNewDisk:
                if (Trace.IsOn)
                    Trace.Line($"{process.Node}, with a new disk, has stopped: {failed.Reason}");
                break;
            case PeerFailed failed:
                throw new SimulationViolation("no peer gives up", $"{process.Node} stopped for good: {failed.Reason}");
            case RoleChanged changed when changed.Group != Group:
                IdleGroups!.OnRole(changed);
                break;
            case RoleChanged changed:
                if (Trace.IsOn)
                    Trace.Line($"{process.Node} is {changed.Role} in term {changed.Term}");
                break;
            case Akka.Event.LogEvent logged:
                if (Trace.IsOn)
                    Trace.Line($"{process.Node} logs {logged.LogLevel()}: {logged.Message} {logged.Cause?.Message}");
                if (logged.Cause is { } cause and not (SimulatedMachineException or DiskFailureException)
                    && !(cause is InvalidDataException && process.Node.DamagedSnapshot > 0))
                    throw new SimulationViolation(
                        cause is SimulationViolation violation ? violation.Property : "no exception",
                        $"{process.Node}: {cause}");
                break;
            default:
                Answered?.Invoke(message);
                break;
        }
    }
}
