using RaftActors.Replication;
using RaftActors.Requests;

namespace RaftActors.Membership;

/// <summary>
/// A change of members that a leader has begun. Dropped with its leadership: what is in the log is completed by the
/// next leader.
/// </summary>
/// <param name="Change">What is asked for.</param>
/// <param name="Proposer">Who is due the answer.</param>
/// <param name="CatchUps">The voters to come that have no vote yet.</param>
/// <param name="Began">When it was asked for. A voter to come may have been silent before: that does not count.</param>
internal sealed record PendingChange(
    MemberChange Change, Proposer Proposer, IReadOnlyList<CatchUp> CatchUps, TimeSpan Began)
{
    /// <summary>
    /// The index of the configuration that begins to change the voters, or changes the learners; 0 as long as voters to
    /// come catch up.
    /// </summary>
    public long Index { get; set; }

    /// <summary>Takes note of how far the voters to come are (dissertation, section 4.2.1).</summary>
    /// <param name="leading">The leader, of which they are followers.</param>
    /// <param name="lastIndex">The last index of the leader's log.</param>
    /// <param name="now">The time.</param>
    /// <param name="patience">How long a voter to come may be silent.</param>
    /// <param name="failure">Why one of them will not catch up; <c>null</c> as long as all may.</param>
    /// <returns>Whether all have caught up.</returns>
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
