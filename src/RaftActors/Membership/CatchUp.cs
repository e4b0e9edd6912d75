namespace RaftActors.Membership;

/// <summary>
/// Whether a learner has caught up enough with the leader's log to become a voter (dissertation, section 4.2.1).
/// Replication is split into rounds. Each round replicates all entries that were in the leader's log when the round
/// began. A learner that needed less than an election timeout for a round has caught up.
/// </summary>
/// <param name="id">The member id of the learner.</param>
/// <param name="roundLimit">How long the last round may take.</param>
internal sealed class CatchUp(string id, TimeSpan roundLimit)
{
    /// <summary>A learner that has not caught up after this many rounds is too slow.</summary>
    private const int MaxRounds = 10;

    private long _roundEnd;
    private TimeSpan _roundStarted;
    private int _rounds;

    /// <summary>The member id of the learner.</summary>
    public string Id { get; } = id;

    /// <summary>Whether the learner has caught up.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether the learner is too slow to catch up.</summary>
    public bool IsTooSlow => !IsDone && _rounds > MaxRounds;

    /// <summary>Records how far the learner's log has come.</summary>
    /// <param name="match">The last index known to be durable on the learner.</param>
    /// <param name="last">The last index of the leader's log.</param>
    /// <param name="now">The time.</param>
    public void Reached(long match, long last, TimeSpan now)
    {
        if (IsDone || IsTooSlow || (_rounds > 0 && match < _roundEnd))
            return;
        IsDone = _rounds > 0 && now - _roundStarted <= roundLimit;
        _rounds++;
        _roundEnd = last;
        _roundStarted = now;
    }
}
