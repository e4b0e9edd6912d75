using RaftActors.Membership;

namespace RaftActors.Cluster;

/// <summary>What the node of a group's leader does next about the members: at most one thing.</summary>
/// <param name="Reason">Why this, or why nothing; a sentence.</param>
internal sealed record MembershipStep(string Reason)
{
    private static readonly IReadOnlySet<string> Nobody = new HashSet<string>();

    /// <summary>The members to change to; <c>null</c> for no change.</summary>
    public MembersWanted? Change { get; init; }

    /// <summary>The member that should lead; <c>null</c> for no transfer.</summary>
    public string? TransferTo { get; init; }

    /// <summary>The members that leave, and for which nothing more can be done: their nodes need not wait.</summary>
    public IReadOnlySet<string> MayLeave { get; init; } = Nobody;
}

/// <summary>The members that a change asks for.</summary>
/// <param name="Voters">The voters.</param>
/// <param name="Learners">The learners.</param>
internal sealed record MembersWanted(IReadOnlyList<Member> Voters, IReadOnlyList<Member> Learners);
