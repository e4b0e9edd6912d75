namespace RaftActors.Elections;

/// <summary>
/// Whether a leader has lost its majority, so that it has to make way (check-quorum: dissertation, section 6.2). Only
/// time in which the followers can have answered counts.
/// </summary>
/// <remarks>
/// Nothing about safety depends on this: a leader that stays too long commits nothing, and leases have a bound of their
/// own. A leader that goes too early costs an election, and on a busy machine one after the other.
/// </remarks>
/// <param name="elected">When the leader was elected.</param>
/// <param name="limit">How long a leader stays without an answer of a majority.</param>
/// <param name="stall">
/// How long no heartbeat is sent before this process counts as one that stood still. The answers that came meanwhile
/// may be behind the heartbeat in the mailbox.
/// </param>
internal sealed class CheckQuorum(TimeSpan elected, TimeSpan limit, TimeSpan stall)
{
    private TimeSpan _countsFrom = elected;
    private TimeSpan _lastHeartbeat = elected;

    /// <summary>Called at each heartbeat, before it is sent.</summary>
    /// <param name="contact">When a majority had last been heard of; the election counts as the first time.</param>
    /// <param name="hasAnswered">Whether a majority has answered since the election.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the leader has to make way.</returns>
    public bool IsLost(TimeSpan contact, bool hasAnswered, TimeSpan now)
    {
        if (now - _lastHeartbeat >= stall)
            _countsFrom = now;
        _lastHeartbeat = now;
        // The followers of a new leader may have been started a moment ago, like the leader itself: they get twice the
        // time for their first answer.
        var patience = hasAnswered ? limit : 2 * limit;
        return now - (contact > _countsFrom ? contact : _countsFrom) >= patience;
    }
}
