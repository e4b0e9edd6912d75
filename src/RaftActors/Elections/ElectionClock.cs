namespace RaftActors.Elections;

/// <summary>Says when a server that does not lead begins an election (paper, section 5.2).</summary>
/// <remarks>
/// A message from the leader only records the time and does not restart a timer. When the timer fires, its owner asks
/// <see cref="Left"/> and waits for the rest.
/// </remarks>
internal sealed class ElectionClock
{
    private TimeSpan _timeout;

    // When an election was last made unnecessary: a leader was heard, or a vote was granted.
    private TimeSpan _quietSince;

    /// <summary>
    /// When the leader of this term was last heard. <c>null</c> if none was, or if the connection to the leader was
    /// lost.
    /// </summary>
    public TimeSpan? LeaderHeard { get; private set; }

    /// <summary>How many elections this server has begun since it last knew a leader.</summary>
    public int Rounds { get; private set; }

    /// <summary>Called when an election begins.</summary>
    public void BeginRound() => Rounds++;

    /// <summary>Called when there is a leader.</summary>
    public void EndRounds() => Rounds = 0;

    /// <summary>Starts a new election timeout.</summary>
    public void Restart(TimeSpan timeout, TimeSpan now)
    {
        _timeout = timeout;
        _quietSince = now;
    }

    /// <summary>The time until the election. Zero or negative when the election is due.</summary>
    public TimeSpan Left(TimeSpan now) => _timeout - (now - _quietSince);

    /// <summary>Called when a vote was granted to a candidate, which may win.</summary>
    public void GrantedVote(TimeSpan now) => _quietSince = now;

    /// <summary>Called when the leader of this term was heard.</summary>
    public void HeardLeader(TimeSpan now)
    {
        _quietSince = now;
        LeaderHeard = now;
    }

    /// <summary>
    /// Called when the leader is no longer known to live: the term has changed, or the connection was lost.
    /// </summary>
    public void ForgetLeader() => LeaderHeard = null;
}
