using System.Buffers.Binary;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Simulation.Checks;
using RaftActors.StateMachines;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.World;

/// <summary>
/// Groups beside the group of the run, on the same nodes and disks. A client proposes something to each of them now and
/// then, so they rest in between. At the end, while all of them rest, one node is lost, or its peers end. Then every
/// other node must serve every group.
/// </summary>
internal sealed class IdleGroups
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Cluster _cluster;
    private readonly VirtualWorld _world;
    private readonly Random _random;
    private readonly List<Group> _groups;
    private long _lastCommand;

    /// <summary>Makes groups. Their peers start with the processes of the nodes.</summary>
    /// <param name="cluster">The nodes.</param>
    /// <param name="world">The world in which the nodes are.</param>
    /// <param name="random">The source of randomness.</param>
    /// <param name="count">The number of groups.</param>
    public IdleGroups(Cluster cluster, VirtualWorld world, Random random, int count)
    {
        _cluster = cluster;
        _world = world;
        _random = random;
        _groups = [.. Enumerable.Range(1, count).Select(static number => new Group($"idle{number}"))];
    }

    /// <summary>Whether every peer of every group rests, or sleeps if the run has that.</summary>
    public bool AllRest => _groups.TrueForAll(group => _cluster.Nodes.All(node => !IsMember(node)
        || (_cluster.SleepAfter > TimeSpan.Zero
            ? node.Process?.IdlePeerOf(group.Name)?.Asleep is not null
            : node.Process?.IdlePeerOf(group.Name)?.Peer?.Inspect().IsResting == true)));

    /// <summary>Starts the peers of a node.</summary>
    /// <param name="process">The process of the node.</param>
    /// <param name="settings">The settings of its peer of the group of the run.</param>
    public void Start(SimulatedProcess process, RaftSettings settings)
    {
        if (!IsMember(process.Node))
            return;
        foreach (var group in _groups)
        {
            var own = settings with
            {
                Group = group.Name,
                LeaseReads = false,
                DigestInterval = TimeSpan.Zero,
                SnapshotEntries = 1_000_000,
                RestAfter = 1,
                SleepAfter = _cluster.SleepAfter,
                Members = [.. settings.Members.Select(static member => member with { Priority = 0 })],
            };
            process.StartIdlePeer(own, () => new Machine(group, process), message => OnAnswer(group, message));
        }
    }

    /// <summary>Begins to propose something now and then.</summary>
    public void Wake() => _groups.ForEach(ProposeLater);

    /// <summary>Proposes nothing any more by itself.</summary>
    public void StopProposing() => _groups.ForEach(static group => group.IsOver = true);

    /// <summary>Called when a peer has another role.</summary>
    public void OnRole(RoleChanged changed)
    {
        var group = _groups.Find(group => group.Name == changed.Group)!;
        if (_cluster.Trace.IsOn)
            _cluster.Trace.Line($"{changed.MemberId} of {group.Name} is {changed.Role} in term {changed.Term}");
        if (changed.Role != RaftRole.Leader)
            return;
        if (!group.Leaders.TryAdd(changed.Term, changed.MemberId) && group.Leaders[changed.Term] != changed.MemberId)
        {
            throw new SimulationViolation("Election Safety",
                $"{group.Leaders[changed.Term]} and {changed.MemberId} lead {group.Name} in term {changed.Term}.");
        }
    }

    /// <summary>Loses the node that leads a group, or ends its peers. Nobody is told.</summary>
    /// <returns>The node.</returns>
    public SimulatedNode LoseLeader()
    {
        string chosen = _groups[_random.Next(_groups.Count)].Name;
        var node = _cluster.Nodes.First(node => IsMember(node)
            && node.Process?.IdlePeerOf(chosen)?.Leads == true);
        int lot = _random.Next(3);
        if (_cluster.Trace.IsOn)
        {
            string what = lot == 0 ? "loses its peers" : lot == 1 ? "is cut off" : "is paused";
            _cluster.Trace.Line($"*** {node} {what}");
        }
        switch (lot)
        {
            case 0:
                // What its peers say last, to hand over their leaderships, is lost.
                Cut(node, 1);
                _world.Schedule(TimeSpan.FromMilliseconds(20), () => Cut(node, -1));
                foreach (var group in _groups)
                    Raft.Get(node.Process!.System).Groups.Tell(
                        new RaftGroups.StopGroup(node.Process!.IdlePeerOf(group.Name)!.Entry!),
                        node.Process!.IdlePeerOf(group.Name)!.Port);
                break;
            case 1:
                Cut(node, 1);
                break;
            default:
                node.Process!.Pause();
                break;
        }
        return node;
    }

    /// <summary>Whether each group has a leader on another node than one.</summary>
    public bool AllAreLed(SimulatedNode lost) => _groups.TrueForAll(group => _cluster.Nodes.Any(node =>
        node != lost && IsMember(node) && node.Process?.IdlePeerOf(group.Name)?.Leads == true));

    /// <summary>Proposes something to each group through each node but one.</summary>
    /// <param name="lost">The node that is lost.</param>
    /// <returns>
    /// Says whether all of that was acknowledged, and the state machine on each of these nodes has applied all that any
    /// has ever applied, and so all that was ever acknowledged.
    /// </returns>
    public Func<bool> ProposeEverywhere(SimulatedNode lost)
    {
        var asked = new List<(Group Group, long Command)>();
        foreach (var group in _groups)
            foreach (var node in _cluster.Nodes.Where(node => node != lost && IsMember(node)))
            {
                long command = ++_lastCommand;
                asked.Add((group, command));
                Insist(group, node, command);
            }
        return () => asked.TrueForAll(static each => each.Group.Acknowledged.Contains(each.Command))
            && _groups.TrueForAll(group => _cluster.Nodes.Where(node => node != lost && IsMember(node))
                .All(node => group.AppliedOn.GetValueOrDefault(node) == group.Applied.Count));
    }

    public string Describe() => string.Join("; ", _groups.Select(group => $"{group.Name}: " + string.Join(", ",
        _cluster.Nodes.Where(IsMember).Select(node => node.Process?.IdlePeerOf(group.Name)?.Peer?.Inspect() is { } state
            ? $"{node} {state.Role} term {state.HardState.Term} last {state.Log.LastIndex} commit "
                + $"{state.Log.CommitIndex}{(state.IsResting ? " resting" : "")}"
            : $"{node} {(node.Process?.IdlePeerOf(group.Name)?.Asleep is null ? "has no peer" : "sleeps")}"))));

    private static bool IsMember(SimulatedNode node) => !node.Joins && !node.IsStranger;

    private void Cut(SimulatedNode node, int cuts)
    {
        foreach (var other in _cluster.Nodes.Where(other => other != node))
        {
            _cluster.Network.Between(node, other).Cuts += cuts;
            _cluster.Network.Between(other, node).Cuts += cuts;
        }
    }

    private void ProposeLater(Group group) =>
        _world.Schedule(TimeSpan.FromMilliseconds(_random.Next(100, 3000)), () =>
        {
            if (group.IsOver)
                return;
            var nodes = _cluster.Nodes.Where(IsMember).ToList();
            Propose(group, nodes[_random.Next(nodes.Count)], ++_lastCommand);
            ProposeLater(group);
        });

    // A command may be applied twice if its first answer was lost. Nobody counts.
    private void Insist(Group group, SimulatedNode node, long command)
    {
        if (group.Acknowledged.Contains(command))
            return;
        Propose(group, node, command);
        _world.Schedule(Patience, () => Insist(group, node, command));
    }

    private static void Propose(Group group, SimulatedNode node, long command)
    {
        if (node.Process is not { IsDead: false } process
            || process.IdlePeerOf(group.Name) is not { Entry: { } entry } peer)
            return;
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, command);
        entry.Tell(new Propose(bytes, ReplyWhen.Applied, true, command), peer.Port);
    }

    private static void OnAnswer(Group group, object message)
    {
        if (message is Proposed proposed)
            group.Acknowledged.Add(proposed.CorrelationId);
    }

    /// <summary>What is known of a group.</summary>
    private sealed class Group(string name)
    {
        public string Name => name;

        public Dictionary<long, string> Leaders { get; } = [];

        /// <summary>The commands in the order of the log, as far as any state machine has applied them.</summary>
        public List<long> Applied { get; } = [];

        /// <summary>How many commands the state machine of each node has applied.</summary>
        public Dictionary<SimulatedNode, int> AppliedOn { get; } = [];

        public HashSet<long> Acknowledged { get; } = [];

        public bool IsOver { get; set; }
    }

    /// <summary>Compares the commands with those that the other state machines of the group were given.</summary>
    private sealed class Machine(Group group, SimulatedProcess process) : IStateMachine
    {
        private int _applied;

        public object? Apply(LogEntry entry, object command)
        {
            long number = BinaryPrimitives.ReadInt64LittleEndian((byte[])command);
            if (_applied == group.Applied.Count)
                group.Applied.Add(number);
            else if (group.Applied[_applied] != number)
                process.Violations.Check(() => throw new SimulationViolation("State Machine Safety",
                    $"{process.Node} applies command {number} of {group.Name} as the {_applied + 1}th, another node "
                        + $"{group.Applied[_applied]}."));
            group.AppliedOn[process.Node] = ++_applied;
            return null;
        }

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [BitConverter.GetBytes(_applied)];

        public void Restore(Stream snapshot)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            snapshot.ReadExactly(bytes);
            group.AppliedOn[process.Node] = _applied = BitConverter.ToInt32(bytes);
        }
    }
}
