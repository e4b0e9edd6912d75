namespace RaftActors.Elections;

/// <summary>When a server that does not lead is to begin an election (paper, section 5.2).</summary>
/// <remarks>
/// A message from the leader only notes the time: it does not start a timer anew. Whoever runs the timer asks
/// <see cref="Left"/> when it fires, and waits for what is left.
/// </remarks>
internal sealed class ElectionClock
{
    private TimeSpan _timeout;

    // When an election was last made unnecessary: a leader was heard, or a vote was granted.
    private TimeSpan _quietSince;

    /// <summary>
    /// When a leader of this term was last heard; <c>null</c> when none was, or when the connection to it was lost.
    /// </summary>
    public TimeSpan? LeaderHeard { get; private set; }

    /// <summary>How many elections this server has begun since it last knew a leader.</summary>
    public int Rounds { get; private set; }

    /// <summary>An election begins.</summary>
    public void BeginRound() => Rounds++;

    /// <summary>There is a leader.</summary>
    public void EndRounds() => Rounds = 0;

    /// <summary>Waits for an election timeout, from now on.</summary>
    public void Restart(TimeSpan timeout, TimeSpan now)
    {
        _timeout = timeout;
        _quietSince = now;
    }

    /// <summary>How long it is until the election; not positive when it is time.</summary>
    public TimeSpan Left(TimeSpan now) => _timeout - (now - _quietSince);

    /// <summary>A vote was granted to a candidate, which may win.</summary>
    public void GrantedVote(TimeSpan now) => _quietSince = now;

    /// <summary>The leader of this term was heard.</summary>
    public void HeardLeader(TimeSpan now)
    {
        _quietSince = now;
        LeaderHeard = now;
    }

    /// <summary>The leader is not known to live: the term is another one, or the connection was lost.</summary>
    public void ForgetLeader() => LeaderHeard = null;
}
