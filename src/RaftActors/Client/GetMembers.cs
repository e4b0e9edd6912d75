using RaftActors.Membership;

namespace RaftActors.Client;

/// <summary>Asks a peer who is in the group; answered by <see cref="GroupMembers"/>, from what the asked peer has in its log.</summary>
public sealed record GetMembers
{
    /// <summary>The only instance.</summary>
    public static readonly GetMembers Instance = new();
}

/// <summary>What a member of a group may do.</summary>
public enum MemberRole
{
    /// <summary>It has a vote; while a change is under way perhaps one that only counts among the voters to come.</summary>
    Voter,

    /// <summary>It gets the log and has no vote.</summary>
    Learner,

    /// <summary>It has a vote until the change that is under way ends, and then none.</summary>
    OutgoingVoter,
}

/// <summary>Who is in a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Index">The index of the configuration in the log; 0 as long as the log holds none.</param>
/// <param name="IsCommitted">Whether the asked peer knows that it is committed.</param>
/// <param name="IsChanging">Whether a change is under way: the configuration is joint, or new voters catch up.</param>
/// <param name="Leader">The leader as far as the asked peer knows.</param>
/// <param name="Members">The members, ordered by id.</param>
public sealed record GroupMembers(string Group, long Index, bool IsCommitted, bool IsChanging, Member? Leader, IReadOnlyList<MemberStatus> Members);

/// <summary>A member of a group.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Address">Where its node listens.</param>
/// <param name="Role">What it may do.</param>
/// <param name="StoreId">The store it is bound to; empty as long as it was not heard of.</param>
/// <param name="MatchIndex">If the asked peer leads: the last index known to be durable on the member; otherwise <c>null</c>.</param>
/// <param name="IsActive">If the asked peer leads: whether the member answered within the last election timeout; otherwise <c>null</c>.</param>
public sealed record MemberStatus(string Id, string Address, MemberRole Role, string StoreId, long? MatchIndex, bool? IsActive)
{
    /// <summary>How much it is wanted as the leader (<see cref="Member.Priority"/>).</summary>
    public int Priority { get; init; }

    /// <summary>It as a member, for <see cref="ChangeMembers"/>.</summary>
    public Member Member => new(Id, Address) { Priority = Priority };
}

/// <summary>Published on the event stream when a peer learns that a configuration is committed; also of those in its log when it has started again.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer that publishes it.</param>
/// <param name="Index">The index of the configuration.</param>
/// <param name="Voters">The voters.</param>
/// <param name="Learners">The learners.</param>
/// <param name="IsJoint">Whether the change is still under way: the voters are those to come, and the former ones have to agree.</param>
public sealed record MembershipChanged(string Group, string MemberId, long Index, IReadOnlyList<Member> Voters, IReadOnlyList<Member> Learners, bool IsJoint);

/// <summary>Published on the event stream when a peer stopped for good because its member was removed from the group.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Index">The index of the configuration without it.</param>
public sealed record PeerRemoved(string Group, string MemberId, long Index);
