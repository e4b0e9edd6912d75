using RaftActors.Membership;

namespace RaftActors.Client;

/// <summary>
/// Asks a peer for the members of its group. The answer is <see cref="GroupMembers"/>, from the log of the asked peer.
/// </summary>
public sealed record GetMembers
{
    /// <summary>The only instance.</summary>
    public static readonly GetMembers Instance = new();
}

/// <summary>The part that a member has in its group.</summary>
public enum MemberRole
{
    /// <summary>
    /// The member has a vote. While a change is under way, the vote may count only among the new voters.
    /// </summary>
    Voter,

    /// <summary>The member gets the log and has no vote.</summary>
    Learner,

    /// <summary>The member has a vote until the change that is under way ends, and no vote after that.</summary>
    OutgoingVoter,
}

/// <summary>The members of a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Index">The index of the configuration in the log; 0 as long as the log has none.</param>
/// <param name="IsCommitted">Whether the asked peer knows that the configuration is committed.</param>
/// <param name="IsChanging">Whether a change is under way: the configuration is joint, or new voters catch up.</param>
/// <param name="Leader">The leader, if the asked peer knows it.</param>
/// <param name="Members">The members, ordered by id.</param>
public sealed record GroupMembers(string Group, long Index, bool IsCommitted, bool IsChanging, Member? Leader,
    IReadOnlyList<MemberStatus> Members)
{
    /// <summary>
    /// The histories of the group up to this configuration, oldest first. After a restore or a recovery another
    /// configuration may have an <see cref="Index"/> that was known before.
    /// </summary>
    public IReadOnlyList<History> Histories { get; init; } = [];
}

/// <summary>A member of a group.</summary>
/// <param name="Id">The member id.</param>
/// <param name="Address">The address of the member's node.</param>
/// <param name="Role">The part that the member has in the group.</param>
/// <param name="StoreId">The store that is bound to the member. Empty until the member has been heard.</param>
/// <param name="MatchIndex">
/// If the asked peer leads: the last index known to be durable on the member; otherwise <c>null</c>.
/// </param>
/// <param name="IsActive">
/// If the asked peer leads: whether the member answered within the last election timeout; otherwise <c>null</c>.
/// </param>
public sealed record MemberStatus(string Id, string Address, MemberRole Role, string StoreId, long? MatchIndex,
    bool? IsActive)
{
    /// <summary>The priority as leader (<see cref="Member.Priority"/>).</summary>
    public int Priority { get; init; }

    /// <summary>The member, for use in <see cref="ChangeMembers"/>.</summary>
    public Member Member => new(Id, Address) { Priority = Priority };
}
