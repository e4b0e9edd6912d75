using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Elections;

/// <summary>
/// Looks, with each heartbeat of a leader, for a voter of higher priority that could lead as well. The voter must have
/// answered and kept up with the log for some time without a break. A voter that comes and goes, or whose disk lags,
/// does not qualify.
/// </summary>
/// <param name="probation">How long a voter must keep up.</param>
/// <param name="silence">After how much silence a voter does not keep up.</param>
internal sealed class PreferredLeader(TimeSpan probation, TimeSpan silence)
{
    private readonly Dictionary<string, TimeSpan> _keepsUpSince = new(StringComparer.Ordinal);
    private long _committedBefore;

    /// <summary>Records how far the followers' logs have come, and returns the preferred leader.</summary>
    /// <param name="configuration">The configuration, which says who has a vote and which priority.</param>
    /// <param name="selfId">The member id of the leader.</param>
    /// <param name="followers">The followers of the leader.</param>
    /// <param name="committed">The commit index.</param>
    /// <param name="now">The time.</param>
    /// <param name="mayTry">Says whether a voter may be considered at all.</param>
    /// <returns>
    /// The voter of the highest priority that qualifies, if that priority is above the leader's. Among equal
    /// priorities, the voter with the longest log. <c>null</c> if there is none.
    /// </returns>
    public Server? Look(Configuration configuration, string selfId, ReadOnlySpan<Follower> followers, long committed,
        TimeSpan now, Func<string, bool> mayTry)
    {
        int own = configuration.Find(selfId)?.Priority ?? 0;
        Follower? best = null;
        foreach (var follower in followers)
        {
            var (voter, progress) = follower;
            if (voter.Priority <= own || !configuration.IsIncomingVoter(voter.Id) || progress.RebuildFrom > 0
                || !KeepsUp(follower, now))
            {
                _keepsUpSince.Remove(voter.Id);
                continue;
            }
            _keepsUpSince.TryAdd(voter.Id, now);
            bool qualifies = now - _keepsUpSince[voter.Id] >= probation && mayTry(voter.Id);
            if (qualifies && (best is null
                || (voter.Priority, progress.MatchIndex)
                .CompareTo((best.Server.Priority, best.Progress.MatchIndex)) > 0))
                best = follower;
        }
        _committedBefore = committed;
        return best?.Server;
    }

    // The follower has what was committed at the last look. Under load a follower is always one message behind, so the
    // present commit index would ask too much.
    private bool KeepsUp(Follower follower, TimeSpan now) =>
        follower.Server.IsBound && _committedBefore > 0 && now - follower.Progress.LastContact < silence
            && follower.Progress.MatchIndex >= _committedBefore;
}
