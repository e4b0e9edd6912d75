using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Elections;

/// <summary>Chooses the follower that would make the best leader (dissertation, section 3.10).</summary>
internal static class Successor
{
    /// <summary>
    /// Chooses among the voters that stay in the configuration, answer, and whose replica does not differ from the
    /// majority's.
    /// </summary>
    /// <param name="leading">The leader, with its followers.</param>
    /// <param name="configuration">The leader's configuration.</param>
    /// <param name="commitIndex">The leader's commit index.</param>
    /// <param name="heardSince">A voter that was not heard since this time does not answer.</param>
    /// <param name="atLast">
    /// Whether the leader ends at once, so that it cannot bring a follower up to date any more.
    /// </param>
    /// <returns>
    /// The voter of the highest priority among those that have all committed entries. If there is none, or
    /// <paramref name="atLast"/> is set, the voter with the longest log. <c>null</c> if no voter qualifies.
    /// </returns>
    public static Follower? Of(
        LeaderState leading, Configuration configuration, long commitIndex, TimeSpan heardSince, bool atLast)
    {
        (bool, int, long, int) Rank(Follower follower)
        {
            long match = follower.Progress.MatchIndex;
            int priority = follower.Server.Priority;
            bool byPriority = !atLast && match >= commitIndex;
            return (byPriority, byPriority ? priority : 0, match, match > 0 ? priority : 0);
        }
        Follower? best = null;
        foreach (var follower in leading.Followers)
        {
            bool isFit = IsFit(follower, leading, configuration, heardSince);
            if (isFit && (best is null || Rank(follower).CompareTo(Rank(best)) > 0))
                best = follower;
        }
        return best;
    }

    /// <summary>
    /// Whether a follower is a voter that stays in the configuration, answers, and has a replica that does not differ
    /// from the majority's.
    /// </summary>
    /// <param name="follower">The follower.</param>
    /// <param name="leading">Its leader.</param>
    /// <param name="configuration">The leader's configuration.</param>
    /// <param name="heardSince">A voter that was not heard since this time does not answer.</param>
    public static bool IsFit(
        Follower follower, LeaderState leading, Configuration configuration, TimeSpan heardSince)
    {
        var (voter, progress) = follower;
        bool answers = voter.IsBound && progress.LastContact > heardSince;
        bool isRight = progress.RebuildFrom == 0 && !leading.Digests.Differs(voter.Id);
        return configuration.IsIncomingVoter(voter.Id) && answers && isRight;
    }
}
