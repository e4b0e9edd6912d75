using RaftActors.Membership;

namespace RaftActors.Client;

/// <summary>
/// Asks the group to have exactly these voters and learners. May be told to any peer. Every change of voters uses joint
/// consensus (paper, section 6), whatever the two sets are. New voters first catch up as learners.
/// </summary>
/// <remarks>
/// The sender gets one <see cref="Proposed"/> once the new configuration is committed, with its index, or one
/// <see cref="ProposalFailed"/>. A change whose outcome is unknown may still be completed: <see cref="GetMembers"/>
/// tells. A request for what is already so is answered at once. To give a member another address, remove it and add it
/// again.
/// </remarks>
/// <param name="Voters">The members with a vote; at least one.</param>
/// <param name="Learners">The members that get the log and have no vote.</param>
/// <param name="Forward">Whether a peer that does not lead forwards the request to the leader.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record ChangeMembers(IReadOnlyList<Member> Voters, IReadOnlyList<Member> Learners, bool Forward = true,
    long CorrelationId = 0) : IProposal
{
    /// <summary>
    /// The index of the configuration that the change was made for (<see cref="GroupMembers.Index"/>). If another
    /// configuration counts by then, nothing is done. 0 for any configuration.
    /// </summary>
    public long ExpectedIndex { get; init; }
}
