using RaftActors.Client;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.World;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.Clients;

/// <summary>What all clients of a run share, and what they were told.</summary>
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
    /// A session of the group that was restored or recovered; 0 when there was none. Clients still have it.
    /// </summary>
    public long FormerSession { get; init; }

    /// <summary>Whether reads may rely on leases.</summary>
    public bool WithLeases { get; init; }

    /// <summary>
    /// Whether each client asks the same node as long as it can, also one that is cut off, and every other client only
    /// reads: one that writes soon waits for an answer there.
    /// </summary>
    public bool Stay { get; init; }

    /// <summary>How old stale reads may be.</summary>
    public required ReadBounds Bounds { get; init; }

    /// <summary>Whether peers that do not lead pass requests on.</summary>
    public bool Forwards { get; init; } = true;

    /// <summary>How many keys there are.</summary>
    public int Keys { get; init; } = 3;

    /// <summary>How many clients there are.</summary>
    public int Clients { get; init; } = 4;

    /// <summary>How many milliseconds at most a client thinks.</summary>
    public int ThinkTime { get; init; } = 40;

    /// <summary>Whether new operations may be started.</summary>
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

    /// <summary>Whether nothing goes wrong any more, so that everybody who is asked has to answer.</summary>
    public bool IsHealing { get; set; }

    /// <summary>
    /// A process that can be asked, or <c>null</c>. While things go wrong it may be of a node that is being added; who
    /// was removed is not asked, as no operator would have it asked.
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
    /// Whether a node is a member, by the word of whoever knows most is committed: one that never heard of the group
    /// does not know that it was removed.
    /// </summary>
    public bool IsMember(SimulatedNode node) =>
        nodes.Where(each => !each.IsStranger).Select(each => each.Process?.Peer?.Inspect())
        .MaxBy(state => state?.Log.CommitIndex ?? -1)?.Configuration.Find(node.Id) is not null;

    /// <summary>An answer to a read is the value at the index that it says it reflects.</summary>
    public void CheckRead(string key, long appliedIndex, string? value) =>
        invariants.CheckRead(key, appliedIndex, value);

    /// <summary>An acknowledged command is committed, at the index that was told.</summary>
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
