using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Replication;
using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Checks;

/// <summary>How one incarnation of a peer was after the last turn of an actor of its process.</summary>
internal sealed class PeerView(RaftActor peer, Majorities majorities)
{
    private readonly List<LogEntry> _log = [];
    private long _baseIndex;

    public RaftActor Peer => peer;

    public RaftRole Role { get; private set; }

    public long Term { get; private set; }

    public long CommitIndex { get; private set; }

    /// <summary>Who had a vote by the latest configuration in its log.</summary>
    public Electorate? Electorate { get; private set; }

    /// <summary>
    /// How far it knew each follower to be: an object made anew with each leadership, and by that told apart.
    /// </summary>
    public Dictionary<object, (long Incarnation, long Index)> Matches { get; } =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Of each follower that it has sent a snapshot: whether it does so now; otherwise where the follower then was, and
    /// in which process.
    /// </summary>
    public Dictionary<FollowerProgress, (bool IsSent, long NextIndex, SimulatedProcess? To)> Sends { get; } =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>The last index of its log.</summary>
    public long LastIndex => _baseIndex + _log.Count;

    /// <summary>
    /// The last index up to which its log is still made of the very same entries; it was appended to, or compacted, if
    /// that is all of it.
    /// </summary>
    public long SharedPrefix(RaftLog log)
    {
        long index = Math.Min(LastIndex, log.LastIndex);
        while (index > _baseIndex && index >= log.FirstIndex
            && !ReferenceEquals(log[index], _log[(int)(index - _baseIndex - 1)]))
            index--;
        return index;
    }

    /// <summary>Remembers how it is now.</summary>
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
