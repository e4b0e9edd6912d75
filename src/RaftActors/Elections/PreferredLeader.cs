using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Elections;

/// <summary>
/// Looks, with each heartbeat of a leader, for a voter of higher priority that could lead as well: one that has
/// answered and kept up with the log for some time without a break. A voter that comes and goes, or whose disk lags, is
/// none.
/// </summary>
/// <param name="probation">For how long a voter has to keep up.</param>
/// <param name="silence">A voter that was not heard of for so long does not keep up.</param>
internal sealed class PreferredLeader(TimeSpan probation, TimeSpan silence)
{
    private readonly Dictionary<string, TimeSpan> _keepsUpSince = new(StringComparer.Ordinal);
    private long _committedBefore;

    /// <summary>Takes note of how far the followers are.</summary>
    /// <param name="configuration">Who has a vote, and the priorities.</param>
    /// <param name="selfId">The leader.</param>
    /// <param name="followers">Its followers.</param>
    /// <param name="committed">Up to where the log is committed.</param>
    /// <param name="now">The time.</param>
    /// <param name="mayTry">Whether a voter is to be considered at all.</param>
    /// <returns>
    /// The voter of the highest priority above the leader's that qualifies, of several alike the one that has most of
    /// the log; <c>null</c> if there is none.
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

    // It has what was committed at the last look: under load a follower is always a message behind.
    private bool KeepsUp(Follower follower, TimeSpan now) =>
        follower.Server.IsBound && _committedBefore > 0 && now - follower.Progress.LastContact < silence
            && follower.Progress.MatchIndex >= _committedBefore;
}
