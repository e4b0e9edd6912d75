using RaftActors.Membership;

namespace RaftActors.Client;

/// <summary>Published on the event stream when a peer changes its role.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Term">The peer's term.</param>
/// <param name="Role">The peer's new role.</param>
public sealed record RoleChanged(string Group, string MemberId, long Term, RaftRole Role);

/// <summary>Published on the event stream when a peer learns of a leader, or of its loss.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer that publishes it.</param>
/// <param name="Term">The peer's term.</param>
/// <param name="Leader">The leader, or <c>null</c> when it is lost.</param>
public sealed record LeaderChanged(string Group, string MemberId, long Term, Member? Leader);

/// <summary>
/// Published on the event stream when a peer learns that a configuration is committed. A peer that has started again
/// also publishes those of its log.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer that publishes it.</param>
/// <param name="Index">The index of the configuration.</param>
/// <param name="Voters">The voters.</param>
/// <param name="Learners">The learners.</param>
/// <param name="IsJoint">
/// Whether the change is still under way: the voters are the new ones, and the former voters have to agree, too.
/// </param>
public sealed record MembershipChanged(string Group, string MemberId, long Index, IReadOnlyList<Member> Voters,
    IReadOnlyList<Member> Learners, bool IsJoint);

/// <summary>
/// Published on the event stream when a peer stopped for good because its member was removed from the group.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Index">The index of the configuration that removed the member.</param>
public sealed record PeerRemoved(string Group, string MemberId, long Index);

/// <summary>
/// Published on the event stream when a peer stopped and will not be started again. Its journal belongs to another node
/// or has another format, or an invariant was violated.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Reason">What is wrong and what to do, in a sentence.</param>
public sealed record PeerFailed(string Group, string MemberId, string Reason);

/// <summary>
/// Published on the event stream when a peer cannot use its journal or snapshot store, but waiting can help. The peer
/// is started again with back-off until it can use the store. Published again when the reason changes.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Reason">What is wrong, where, and what to do, in a sentence or two.</param>
public sealed record StoreUnavailable(string Group, string MemberId, string Reason);

/// <summary>
/// Published on the event stream when the peer of a <see cref="StoreUnavailable"/> can use its store again.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
public sealed record StoreAvailable(string Group, string MemberId);
