using RaftActors.Client;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.World;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.Clients;

/// <summary>What all clients of a run share, and the answers that they got.</summary>
internal sealed class ClientWorld(
    VirtualWorld world, IReadOnlyList<SimulatedNode> nodes, Violations violations, Invariants invariants, Trace trace,
    Random random)
{
    private readonly List<(string Number, byte[] Command)> _acknowledged = [];
    private long _ticks;
    private long _requests;

    /// <summary>Whether commands have a session and number, and are tried again.</summary>
    public bool WithSessions { get; init; }

    /// <summary>
    /// A session in the group before it was restored or recovered; 0 if there is none. Clients still use it.
    /// </summary>
    public long FormerSession { get; init; }

    /// <summary>Whether reads may rely on leases.</summary>
    public bool WithLeases { get; init; }

    /// <summary>
    /// Whether each client asks the same node as long as it can, even one that is cut off, and every other client only
    /// reads. A client that writes would soon wait for an answer there.
    /// </summary>
    public bool Stay { get; init; }

    /// <summary>The bounds of stale reads.</summary>
    public required ReadBounds Bounds { get; init; }

    /// <summary>Whether peers that do not lead forward requests.</summary>
    public bool Forwards { get; init; } = true;

    /// <summary>The number of keys.</summary>
    public int Keys { get; init; } = 3;

    /// <summary>The number of clients.</summary>
    public int Clients { get; init; } = 4;

    /// <summary>The longest time in milliseconds between two operations of a client.</summary>
    public int ThinkTime { get; init; } = 40;

    /// <summary>Whether new operations may begin.</summary>
    public bool MayStart { get; set; } = true;

    public TimeSpan Now => world.Now;

    public Trace Trace => trace;

    public KeyValueRecorder Recorder => field ??= new KeyValueRecorder(() => ++_ticks);

    /// <summary>The commands that were acknowledged, by their numbers.</summary>
    public IReadOnlyList<(string Number, byte[] Command)> AcknowledgedCommands => _acknowledged;

    public int DrawHome() => random.Next(nodes.Count);

    public Random NewRandom() => new(random.Next());

    public long NewRequest() => ++_requests;

    /// <summary>Checks something in the middle of an actor's turn.</summary>
    public void Check(Action check) => violations.Check(check);

    public void Schedule(TimeSpan delay, Action action) => world.Schedule(delay, action);

    /// <summary>Whether the faults have ended, so that every peer must answer.</summary>
    public bool IsHealing { get; set; }

    /// <summary>
    /// A random process that can be asked; <c>null</c> if it is down. During faults the node may be one that is being
    /// added. A removed node is not asked, as no operator would let clients ask it.
    /// </summary>
    public SimulatedProcess? AnyProcess(Random lots) => ProcessOf(lots.Next(nodes.Count));

    /// <summary>The process of a node, if it can be asked.</summary>
    public SimulatedProcess? ProcessOf(int number)
    {
        var node = nodes[number];
        if (node.IsStranger)
            return null;
        bool fit = IsHealing ? IsMember(node) : !node.MayBeRemoved && !node.IsOutside;
        return fit && node.Process is { IsDead: false, Entry: not null } process ? process : null;
    }

    /// <summary>
    /// Whether a node is a member according to the node that has committed most. A node that never heard of the group
    /// does not know that it was removed.
    /// </summary>
    public bool IsMember(SimulatedNode node) =>
        nodes.Where(each => !each.IsStranger).Select(each => each.Process?.Peer?.Inspect())
        .MaxBy(state => state?.Log.CommitIndex ?? -1)?.Configuration.Find(node.Id) is not null;

    /// <summary>Checks that the answer to a read is the value at the index that it says it reflects.</summary>
    public void CheckRead(string key, long appliedIndex, string? value) =>
        invariants.CheckRead(key, appliedIndex, value);

    /// <summary>Checks that an acknowledged command is committed at the index in the answer.</summary>
    public void Acknowledged(string number, byte[] command, Proposed proposed)
    {
        if (proposed.Index > invariants.CommitIndex)
            throw new SimulationViolation("an acknowledged write is there",
                $"Command {number} was acknowledged at index {proposed.Index}, which nobody has committed.");
        var entry = invariants.Committed(proposed.Index);
        if (entry.Term != proposed.Term || !entry.Payload.Bytes.Span.SequenceEqual(command))
            throw new SimulationViolation("an acknowledged write is there",
                $"Command {number} was acknowledged at index {proposed.Index} of term {proposed.Term}, where {entry} "
                    + "was committed.");
        _acknowledged.Add((number, command));
    }
}
