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
/// Published on the event stream when a peer begins an election: it asks for pre-votes or, when the leadership is
/// transferred to it, for votes.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Term">The peer's durable term when the election begins. The votes are for a later term.</param>
/// <param name="Reason">
/// Why, as in the tag <c>reason</c> of <c>raft.elections</c>: <c>timeout</c>, <c>disconnected</c>, <c>transfer</c> or
/// <c>asked</c>.
/// </param>
public sealed record ElectionStarted(string Group, string MemberId, long Term, string Reason);

/// <summary>Published on the event stream when a peer has another snapshot, which is durable.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Index">The index of the last entry that the snapshot includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">The size of the snapshot in bytes.</param>
/// <param name="IsInstalled">Whether the snapshot came from the leader. Otherwise the peer has taken it.</param>
public sealed record SnapshotStored(
    string Group, string MemberId, long Index, long Term, long Bytes, bool IsInstalled);

/// <summary>Published on the event stream when a problem of a peer that runs begins.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Problem">The problem.</param>
public sealed record ProblemBegan(string Group, string MemberId, PeerProblem Problem);

/// <summary>Published on the event stream when the problem of a <see cref="ProblemBegan"/> has ended.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Kind">The problem that has ended.</param>
/// <param name="End">What is right again, as a sentence without its full stop.</param>
public sealed record ProblemEnded(string Group, string MemberId, PeerProblemKind Kind, string End);

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
