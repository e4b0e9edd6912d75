using RaftActors.Membership;

namespace RaftActors.Elections;

/// <summary>
/// A candidate's or pre-candidate's count of votes, in one election. Dropped when the election is over, however it
/// ends.
/// </summary>
/// <param name="term">The term of the election.</param>
/// <param name="preVote">Whether it only asks if an election could be won.</param>
/// <param name="configuration">The voters at its start; later changes belong to another election.</param>
/// <param name="transfer">Whether the leader of the term before asked for it.</param>
internal sealed class CandidateState(long term, bool preVote, Configuration configuration, bool transfer = false)
{
    private readonly HashSet<string> _granted = new(StringComparer.Ordinal);

    /// <summary>The term of the election.</summary>
    public long Term { get; } = term;

    /// <summary>Whether it is a pre-vote.</summary>
    public bool PreVote { get; } = preVote;

    /// <summary>Whether the leader of the term before asked for it.</summary>
    public bool Transfer { get; } = transfer;

    /// <summary>The voters that count.</summary>
    public Configuration Configuration { get; } = configuration;

    /// <summary>Whether a majority has said yes.</summary>
    public bool IsWon => Configuration.HasMajority(voter => _granted.Contains(voter.Id));

    /// <summary>Counts a yes, once a voter and only under the store it is bound to.</summary>
    public void Grant(string memberId, string storeId)
    {
        if (Configuration.Counts(memberId, storeId))
            _granted.Add(memberId);
    }

    /// <summary>Takes a yes back: it was said by a former incarnation of the voter's store.</summary>
    public void Revoke(string memberId) => _granted.Remove(memberId);
}
