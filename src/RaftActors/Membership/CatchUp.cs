namespace RaftActors.Membership;

/// <summary>
/// Whether a learner's log is close enough to the leader's for it to vote (dissertation, section 4.2.1). Replication is
/// split into rounds: each brings everything that was in the leader's log when the round began. A learner for which a
/// round took less than an election timeout is as close as it needs to be.
/// </summary>
/// <param name="id">The learner.</param>
/// <param name="roundLimit">How long the last round may take.</param>
internal sealed class CatchUp(string id, TimeSpan roundLimit)
{
    /// <summary>A learner that is not close after so many rounds is too slow.</summary>
    private const int MaxRounds = 10;

    private long _roundEnd;
    private TimeSpan _roundStarted;
    private int _rounds;

    /// <summary>The learner.</summary>
    public string Id { get; } = id;

    /// <summary>Whether it is close.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether it will never be.</summary>
    public bool IsTooSlow => !IsDone && _rounds > MaxRounds;

    /// <summary>Takes note of how far the learner is.</summary>
    /// <param name="match">The last index known to be durable on it.</param>
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
