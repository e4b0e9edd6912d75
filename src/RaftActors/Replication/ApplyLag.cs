namespace RaftActors.Replication;

/// <summary>
/// Decides whether a peer keeps up with what its group commits. Time is split into rounds, as for a member that catches
/// up (dissertation, section 4.2.1). A round ends once the peer has applied everything that was committed when the
/// round began. A peer whose round takes too long is behind.
/// </summary>
/// <param name="limit">How long a round may take.</param>
internal sealed class ApplyLag(TimeSpan limit)
{
    private TimeSpan _began;
    private TimeSpan _noted;

    /// <summary>The commit index when the round began.</summary>
    public long Target { get; private set; }

    /// <summary>Records how far the group and the peer have come.</summary>
    /// <param name="committed">The leader's commit index.</param>
    /// <param name="applied">The last index that the peer has applied.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the peer is behind.</returns>
    public bool Note(long committed, long applied, TimeSpan now)
    {
        // Time in which no leader was heard does not count: there was none, or this process stood still.
        if (applied >= Target || now - _noted >= limit / 2)
        {
            _began = now;
            Target = committed;
        }
        _noted = now;
        return applied < Target && now - _began >= limit;
    }

    /// <summary>The message about a peer that is behind.</summary>
    /// <param name="lastIndex">The last index of its log.</param>
    /// <param name="applied">The last index that it has applied.</param>
    public string Problem(long lastIndex, long applied)
    {
        string where = lastIndex < Target
            ? $"Its log ends at {lastIndex}: the leader's entries, or its snapshot, do not arrive or cannot be stored"
            : $"Its log ends at {lastIndex}: its state machine does not keep up";
        return $"This node is behind: it has applied entries up to {applied}, but the group had committed "
            + $"{Target} more than {limit.TotalSeconds} s ago. {where}. Look at the log, the disk and "
            + "the network of this node and of the leader.";
    }
}
