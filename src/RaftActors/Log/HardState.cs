namespace RaftActors.Log;

/// <summary>
/// The state that a server must keep across restarts besides its log (paper, Figure 2): its term, its vote in that
/// term, and its group.
/// </summary>
/// <remarks>
/// A vote names the candidate's store besides its member id. A candidate that loses its disk during an election comes
/// back under the same member id, and must not inherit the vote.
/// </remarks>
/// <param name="Term">The latest term the server has seen.</param>
/// <param name="VotedFor">
/// The member id of the candidate that got this server's vote in this term; <c>null</c> if none did. A server that
/// abstains votes for itself.
/// </param>
/// <param name="VotedForStore">The candidate's store id; <c>null</c> if there is no vote.</param>
internal sealed record HardState(long Term, string? VotedFor, string? VotedForStore)
{
    /// <summary>
    /// The identity of the group, once the server knows that it is committed. From then on the store belongs to that
    /// group only. Empty before.
    /// </summary>
    public string GroupId { get; init; } = "";

    /// <summary>
    /// The index of the entry at which the replica was last found to differ from those of a majority; 0 if it never
    /// was. The index only grows. The server must not serve a state that was built without a later snapshot from the
    /// leader.
    /// </summary>
    public long DiffersAt { get; init; }

    /// <summary>The state of a server that has seen no message.</summary>
    public static readonly HardState Initial = new(0, null, null);

    /// <summary>The state on entering a later term.</summary>
    public HardState InTerm(long term) => term > Term
        ? this with { Term = term, VotedFor = null, VotedForStore = null }
        : throw new InvariantViolationException($"The term would go back from {Term} to {term}.");

    /// <summary>The state after voting in the present term.</summary>
    public HardState Voting(string memberId, string storeId) => VotedFor is null || IsVoteFor(memberId, storeId)
        ? this with { VotedFor = memberId, VotedForStore = storeId }
        : throw new InvariantViolationException($"A second vote in term {Term}: for {memberId} after {VotedFor}.");

    /// <summary>
    /// Whether the server may vote for a candidate in the present term: it has not voted, or has voted for the same
    /// candidate and store.
    /// </summary>
    public bool MayVoteFor(string memberId, string storeId) => VotedFor is null || IsVoteFor(memberId, storeId);

    private bool IsVoteFor(string memberId, string storeId) => VotedFor == memberId && VotedForStore == storeId;
}
