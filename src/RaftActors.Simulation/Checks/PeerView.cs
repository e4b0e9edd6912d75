using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;

namespace RaftActors.Simulation.Checks;

/// <summary>How one incarnation of a peer was after the last turn of an actor of its process.</summary>
internal sealed class PeerView(RaftActor peer)
{
    private readonly List<LogEntry> _log = [];
    private long _baseIndex;

    public RaftActor Peer => peer;

    public RaftRole Role { get; private set; }

    public long Term { get; private set; }

    public long CommitIndex { get; private set; }

    /// <summary>The configuration that counted for it.</summary>
    public Configuration? Configuration { get; private set; }

    /// <summary>How far it knew each follower to be: an object made anew with each leadership, and by that told apart.</summary>
    public Dictionary<object, long> Matches { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The last index of its log.</summary>
    public long LastIndex => _baseIndex + _log.Count;

    /// <summary>The last index up to which its log is still made of the very same entries; it was appended to, or compacted, if that is all of it.</summary>
    public long SharedPrefix(RaftLog log)
    {
        long index = Math.Min(LastIndex, log.LastIndex);
        while (index > _baseIndex && index >= log.FirstIndex && !ReferenceEquals(log[index], _log[(int)(index - _baseIndex - 1)]))
            index--;
        return index;
    }

    /// <summary>Remembers how it is now.</summary>
    public void Note(in PeerState state)
    {
        var log = state.Log;
        long same = SharedPrefix(log);
        if (log.FirstIndex - 1 > LastIndex || _log.Count == 0)
        {
            _log.Clear();
            _baseIndex = same = log.FirstIndex - 1;
        }
        _log.RemoveRange((int)(same - _baseIndex), (int)(LastIndex - same));
        for (long index = same + 1; index <= log.LastIndex; index++)
            _log.Add(log[index]);
        if (state.Leading is null && Matches.Count > 0)
            Matches.Clear();
        Configuration = state.Configuration;
        Role = state.Role;
        Term = state.HardState.Term;
        CommitIndex = log.CommitIndex;
    }
}
