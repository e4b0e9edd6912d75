using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Replication;
using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Checks;

/// <summary>The state of one incarnation of a peer after the last turn of an actor of its process.</summary>
internal sealed class PeerView(RaftActor peer, Majorities majorities)
{
    private readonly List<LogEntry> _log = [];
    private long _baseIndex;

    public RaftActor Peer => peer;

    public RaftRole Role { get; private set; }

    public long Term { get; private set; }

    public long CommitIndex { get; private set; }

    /// <summary>The voters of the latest configuration in the peer's log.</summary>
    public Electorate? Electorate { get; private set; }

    /// <summary>
    /// The match index of each follower as the peer knew it. Each leadership has new objects, so these tell leaderships
    /// apart.
    /// </summary>
    public Dictionary<object, (long Incarnation, long Index)> Matches { get; } =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// For each follower to which the peer has sent a snapshot: whether it is sending one now, and otherwise the
    /// follower's next index and process at the end.
    /// </summary>
    public Dictionary<FollowerProgress, (bool IsSent, long NextIndex, SimulatedProcess? To)> Sends { get; } =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>The last index of the peer's log.</summary>
    public long LastIndex => _baseIndex + _log.Count;

    /// <summary>
    /// The last index up to which the peer's log still consists of the same entries. If that is the whole former log,
    /// the log was only appended to or compacted.
    /// </summary>
    public long SharedPrefix(RaftLog log)
    {
        long index = Math.Min(LastIndex, log.LastIndex);
        while (index > _baseIndex && index >= log.FirstIndex
            && !ReferenceEquals(log[index], _log[(int)(index - _baseIndex - 1)]))
            index--;
        return index;
    }

    /// <summary>Records the present state.</summary>
    public void Note(in PeerState state)
    {
        var log = state.Log;
        long same = SharedPrefix(log);
        bool changed = Electorate is null || same < LastIndex;
        if (log.FirstIndex - 1 > LastIndex || _log.Count == 0)
        {
            _log.Clear();
            _baseIndex = same = log.FirstIndex - 1;
            changed = true;
        }
        _log.RemoveRange((int)(same - _baseIndex), (int)(LastIndex - same));
        for (long index = same + 1; index <= log.LastIndex; index++)
        {
            _log.Add(log[index]);
            changed |= log[index].Kind == EntryKind.Configuration;
        }
        if (changed)
            Electorate = majorities.At(log, log.LastIndex);
        if (state.Leading is null && Matches.Count > 0)
            Matches.Clear();
        if (state.Leading is null && Sends.Count > 0)
            Sends.Clear();
        Role = state.Role;
        Term = state.HardState.Term;
        CommitIndex = log.CommitIndex;
    }
}
