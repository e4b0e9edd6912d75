namespace RaftActors.Elections;

/// <summary>
/// Decides whether a leader has lost its majority and must step down (check-quorum: dissertation, section 6.2). Only
/// time in which the followers could have answered counts.
/// </summary>
/// <remarks>
/// Safety does not depend on this check: a leader that stays too long commits nothing, and leases have a bound of their
/// own. A leader that steps down too early costs an election, and on a busy machine one election after the other.
/// </remarks>
/// <param name="elected">When the leader was elected.</param>
/// <param name="limit">How long a leader stays without answers from a majority.</param>
/// <param name="stall">
/// After how long a pause between heartbeats this process counts as having stood still. Answers that came during such a
/// pause may be behind the heartbeat in the mailbox.
/// </param>
internal sealed class CheckQuorum(TimeSpan elected, TimeSpan limit, TimeSpan stall)
{
    private TimeSpan _countsFrom = elected;
    private TimeSpan _lastHeartbeat = elected;

    /// <summary>Called at each heartbeat, before it is sent.</summary>
    /// <param name="contact">When a majority was last heard. Before the first time, the time of the election.</param>
    /// <param name="hasAnswered">Whether a majority has answered since the election.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the leader must step down.</returns>
    public bool IsLost(TimeSpan contact, bool hasAnswered, TimeSpan now)
    {
        if (now - _lastHeartbeat >= stall)
            _countsFrom = now;
        _lastHeartbeat = now;
        // The followers of a new leader may have just started, like the leader itself. So they get twice the time for
        // their first answer.
        var patience = hasAnswered ? limit : 2 * limit;
        return now - (contact > _countsFrom ? contact : _countsFrom) >= patience;
    }
}
