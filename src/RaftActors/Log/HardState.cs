namespace RaftActors.Log;

/// <summary>
/// What a server must remember across restarts beside its log (paper, Figure 2): its term, whom it voted for in it, and
/// its group.
/// </summary>
/// <remarks>
/// A vote names the candidate's store beside its member id: a candidate that lost its disk during an election comes
/// back under its old name, and must not inherit the vote.
/// </remarks>
/// <param name="Term">The latest term the server has seen.</param>
/// <param name="VotedFor">
/// The member id of the candidate that got the vote in this term, or <c>null</c>. A server that abstains votes for
/// itself.
/// </param>
/// <param name="VotedForStore">The candidate's store id, or <c>null</c>.</param>
internal sealed record HardState(long Term, string? VotedFor, string? VotedForStore)
{
    /// <summary>
    /// The identity of the group, once the server knows that it is committed: its store belongs to no other group.
    /// Empty before.
    /// </summary>
    public string GroupId { get; init; } = "";

    /// <summary>
    /// The entry at which the replica was last found to differ from those of a majority; 0 when it never was. Grows
    /// only. A state that was built without a later snapshot of the leader is not to be served.
    /// </summary>
    public long DiffersAt { get; init; }

    /// <summary>The state of a server that has seen nothing.</summary>
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
    /// Whether a vote may be given to a candidate in the present term: none was given yet, or to the same candidate.
    /// </summary>
    public bool MayVoteFor(string memberId, string storeId) => VotedFor is null || IsVoteFor(memberId, storeId);

    private bool IsVoteFor(string memberId, string storeId) => VotedFor == memberId && VotedForStore == storeId;
}
