using RaftActors.Replication;
using RaftActors.Requests;

namespace RaftActors.Membership;

/// <summary>
/// A change of members that a leader has begun. Dropped when the leadership ends. The next leader completes a change
/// that is in the log.
/// </summary>
/// <param name="Change">The requested change.</param>
/// <param name="Proposer">The requester, which gets the answer.</param>
/// <param name="CatchUps">The new voters that are still catching up.</param>
/// <param name="Began">When the change was requested. Silence of a new voter before that time does not count.</param>
internal sealed record PendingChange(
    MemberChange Change, Proposer Proposer, IReadOnlyList<CatchUp> CatchUps, TimeSpan Began)
{
    /// <summary>
    /// The index of the configuration that begins to change the voters, or that changes the learners; 0 while new
    /// voters catch up.
    /// </summary>
    public long Index { get; set; }

    /// <summary>Records how far the new voters' logs have come (dissertation, section 4.2.1).</summary>
    /// <param name="leading">The leader of the new voters, which are its followers.</param>
    /// <param name="lastIndex">The last index of the leader's log.</param>
    /// <param name="now">The time.</param>
    /// <param name="patience">How long a new voter may be silent.</param>
    /// <param name="failure">Why a new voter will not catch up; <c>null</c> as long as all may.</param>
    /// <returns>Whether all new voters have caught up.</returns>
    public bool HaveCaughtUp(LeaderState leading, long lastIndex, TimeSpan now, TimeSpan patience, out string? failure)
    {
        bool ready = true;
        failure = null;
        foreach (var catchUp in CatchUps)
        {
            if (leading.Find(catchUp.Id) is not { } learner)
                throw new InvariantViolationException($"{catchUp.Id} is to catch up, but is no member.");
            if (learner.Server.IsBound)
                catchUp.Reached(learner.Progress.MatchIndex, lastIndex, now);
            var heard = learner.Progress.LastContact;
            bool isSilent = now - (heard > Began ? heard : Began) >= patience;
            if (catchUp.IsTooSlow || isSilent)
            {
                string why = catchUp.IsTooSlow
                    ? "does not catch up with the log"
                    : $"has not answered for {RaftSettings.Text(patience)}, the time that raft.catch-up-timeout"
                        + " gives it: start its process, with raft.join = on, or look at the network";
                failure = $"{catchUp.Id} at {learner.Server.Address} {why}. "
                    + "It is a learner; the voters are as they were. Ask again.";
                return false;
            }
            ready &= catchUp.IsDone;
        }
        return ready;
    }
}
