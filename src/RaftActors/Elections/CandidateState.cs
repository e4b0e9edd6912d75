using RaftActors.Membership;

namespace RaftActors.Elections;

/// <summary>The votes of a candidate or pre-candidate in one election. Dropped when the election ends.</summary>
/// <param name="term">The term of the election.</param>
/// <param name="preVote">Whether this is a pre-vote: the peer only asks whether it could win an election.</param>
/// <param name="configuration">
/// The configuration at the start of the election. Later changes belong to another election.
/// </param>
/// <param name="transfer">
/// Whether the leader of the previous term asked for the election, to transfer its leadership.
/// </param>
internal sealed class CandidateState(long term, bool preVote, Configuration configuration, bool transfer = false)
{
    private readonly HashSet<string> _granted = new(StringComparer.Ordinal);

    /// <summary>The term of the election.</summary>
    public long Term { get; } = term;

    /// <summary>Whether this is a pre-vote.</summary>
    public bool PreVote { get; } = preVote;

    /// <summary>Whether the leader of the previous term asked for the election.</summary>
    public bool Transfer { get; } = transfer;

    /// <summary>The configuration whose voters count.</summary>
    public Configuration Configuration { get; } = configuration;

    /// <summary>Whether a majority has granted its vote.</summary>
    public bool IsWon => Configuration.HasMajority(voter => _granted.Contains(voter.Id));

    /// <summary>
    /// Counts a granted vote: at most one for each voter, and only from the store that is bound to the voter.
    /// </summary>
    public void Grant(string memberId, string storeId)
    {
        if (Configuration.Counts(memberId, storeId))
            _granted.Add(memberId);
    }

    /// <summary>Takes a granted vote back, because a former incarnation of the voter's store had granted it.</summary>
    public void Revoke(string memberId) => _granted.Remove(memberId);
}
