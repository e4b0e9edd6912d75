using RaftActors.Membership;

namespace RaftActors.Client;

/// <summary>
/// Asks the group to have these voters and learners and no others. May be told to any peer. Every change goes through joint consensus (paper, section 6), whatever the two sets are; new voters
/// first catch up as learners.
/// </summary>
/// <remarks>
/// Answered, to the sender, by one <see cref="Proposed"/> once the new configuration is committed, with its index, or by one <see cref="ProposalFailed"/>. A change whose outcome is unknown may
/// yet be completed: <see cref="GetMembers"/> tells. Asking for what is already so is answered at once. To give a member another address, remove it and add it again.
/// </remarks>
/// <param name="Voters">Who shall have a vote; at least one.</param>
/// <param name="Learners">Who shall get the log without a vote.</param>
/// <param name="Forward">Whether a peer that is not the leader forwards the request to it.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record ChangeMembers(IReadOnlyList<Member> Voters, IReadOnlyList<Member> Learners, bool Forward = true, long CorrelationId = 0) : IProposal
{
    /// <summary>The index of the configuration that the change was made for (<see cref="GroupMembers.Index"/>): if another one counts by then, nothing is done. 0 to change whatever there is.</summary>
    public long ExpectedIndex { get; init; }
}
