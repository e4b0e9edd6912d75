using RaftActors.Client;

namespace RaftActors.Membership;

/// <summary>A change of members that a leader has begun. Dropped with its leadership: what is in the log is completed by the next leader.</summary>
/// <param name="Change">What is asked for.</param>
/// <param name="ReplyTo">Who is due the answer.</param>
/// <param name="CatchUps">The voters to come that have no vote yet.</param>
/// <param name="Began">When it was asked for. A voter to come may have been silent before: that does not count.</param>
internal sealed record PendingChange(
    MemberChange Change, ReplyTo ReplyTo, IReadOnlyList<CatchUp> CatchUps, TimeSpan Began)
{
    /// <summary>The index of the configuration that begins to change the voters, or changes the learners; 0 as long as voters to come catch up.</summary>
    public long Index { get; set; }
}
