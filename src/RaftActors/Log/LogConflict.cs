namespace RaftActors.Log;

/// <summary>
/// How a follower's log differs from the place where the leader's message continues. It lets the leader skip a whole
/// term in one round trip (paper, end of section 5.3).
/// </summary>
/// <param name="Term">
/// The term of the follower's entry at the rejected index; 0 if the log ends before that index.
/// </param>
/// <param name="Index">The first index of that term in the follower's log, or the index after its last entry.</param>
internal readonly record struct LogConflict(long Term, long Index)
{
    /// <summary>
    /// For the follower: how its log differs at <paramref name="previousIndex"/>, where it has no entry or an entry of
    /// another term.
    /// </summary>
    public static LogConflict At(RaftLog log, long previousIndex) => previousIndex > log.LastIndex
        ? new LogConflict(0, log.LastIndex + 1)
        : new LogConflict(log.TermAt(previousIndex), log.FirstIndexOfTermAt(previousIndex));

    /// <summary>
    /// For the leader: the largest index below the rejected one at which the two logs can still agree.
    /// </summary>
    /// <param name="log">The leader's log.</param>
    /// <param name="rejected">The rejected index.</param>
    public long LastPossibleMatch(RaftLog log, long rejected)
    {
        long before = rejected - 1;
        if (Term == 0)
            return Math.Min(before, Index - 1);

        // Terms never fall along a log. So up to the rejected index, the follower has no entry of a later term than the
        // one there.
        long candidate = log.LastIndexWithTermAtMost(before, Term);
        // If the leader's log does not have that term, no entry of that term in the follower's log can match.
        return log.TermAt(candidate) == Term ? candidate : Math.Min(candidate, Index - 1);
    }
}
