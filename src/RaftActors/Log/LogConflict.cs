namespace RaftActors.Log;

/// <summary>
/// Why a follower's log does not continue from where the leader's message starts, in a form that lets the leader skip a
/// whole term in one round trip (paper, end of section 5.3).
/// </summary>
/// <param name="Term">The term of the follower's entry at the rejected index, or 0 when its log ends before it.</param>
/// <param name="Index">The first index of that term in the follower's log, or the index after its last entry.</param>
internal readonly record struct LogConflict(long Term, long Index)
{
    /// <summary>
    /// The follower's side: how its log differs at <paramref name="previousIndex"/>, where it has no entry or one of
    /// another term.
    /// </summary>
    public static LogConflict At(RaftLog log, long previousIndex) => previousIndex > log.LastIndex
        ? new LogConflict(0, log.LastIndex + 1)
        : new LogConflict(log.TermAt(previousIndex), log.FirstIndexOfTermAt(previousIndex));

    /// <summary>
    /// The leader's side: the largest index, below the rejected one, at which the two logs can still agree.
    /// </summary>
    /// <param name="log">The leader's log.</param>
    /// <param name="rejected">The rejected index.</param>
    public long LastPossibleMatch(RaftLog log, long rejected)
    {
        long before = rejected - 1;
        if (Term == 0)
            return Math.Min(before, Index - 1);

        // Up to the rejected index no entry of the follower is of a later term than the one there.
        long candidate = log.LastIndexWithTermAtMost(before, Term);
        // Without that term in the leader's log, nothing in the follower's run of it can match.
        return log.TermAt(candidate) == Term ? candidate : Math.Min(candidate, Index - 1);
    }
}
