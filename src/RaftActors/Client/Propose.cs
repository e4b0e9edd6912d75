using RaftActors.Protocol;

namespace RaftActors.Client;

/// <summary>When a proposal is answered.</summary>
public enum ReplyWhen
{
    /// <summary>Once the entry is committed and the state machine has applied it: the answer carries the state machine's response.</summary>
    Applied,

    /// <summary>At once, with the index and term at which the leader appended it. The entry may still be lost: only its term at its index, once committed, tells.</summary>
    Appended,
}

/// <summary>Asks the group to append a command to its log. May be told to any peer of the group.</summary>
/// <remarks>Answered, to the sender, by exactly one <see cref="Proposed"/> or <see cref="ProposalFailed"/>.</remarks>
/// <param name="Command">A <c>byte[]</c>, stored as it is and not to be modified, or an object whose type has a serializer of its own in <c>akka.actor.serialization-bindings</c>. Others only as <c>raft.hyperion-types</c> and <c>raft.allow-json-commands</c> say.</param>
/// <param name="ReplyWhen">When the sender is answered.</param>
/// <param name="Forward">Whether a peer that is not the leader forwards the proposal to it; otherwise it answers <see cref="FailureReason.NotLeader"/> with the leader's name.</param>
/// <param name="CorrelationId">Returned in the answer, so that one actor can keep several proposals in flight.</param>
public sealed record Propose(object Command, ReplyWhen ReplyWhen = ReplyWhen.Applied, bool Forward = true, long CorrelationId = 0) : IProposal
{
    /// <summary>Makes it an exactly-once command: its session and number. A retry has the same; <c>null</c> for a command that is applied as often as it is proposed.</summary>
    public Log.SessionStamp? Session { get; init; }
}

/// <summary>The command is in the log: committed and applied, or with <see cref="ReplyWhen.Appended"/> only appended.</summary>
/// <param name="Index">The index of the entry.</param>
/// <param name="Term">The term of the entry.</param>
/// <param name="Response">What the state machine returned for it; <c>null</c> with <see cref="ReplyWhen.Appended"/>.</param>
/// <param name="CorrelationId">That of the proposal.</param>
public sealed record Proposed(long Index, long Term, object? Response, long CorrelationId) : IRaftMessage;

/// <summary>The proposal was not done, or nobody can say whether it was: see <see cref="OutcomeUnknown"/>.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The reason in a sentence that tells a person what to do.</param>
/// <param name="Leader">The leader as far as the answering peer knows, or <c>null</c>.</param>
/// <param name="CorrelationId">That of the proposal.</param>
public sealed record ProposalFailed(FailureReason Reason, string Message, Membership.Member? Leader, long CorrelationId) : IRaftMessage
{
    /// <summary>
    /// <c>true</c> when the command may yet commit, or may have; <c>false</c> when nothing was or will be done for this proposal, or it was done and only its response cannot be had
    /// (<see cref="FailureReason.StateMachineFailed"/>).
    /// </summary>
    public bool OutcomeUnknown => Reason == FailureReason.OutcomeUnknown;
}

/// <summary>Why a proposal, a query or a transfer of leadership failed.</summary>
public enum FailureReason
{
    /// <summary>The peer is not the leader and was told not to forward. Ask the leader named in the answer.</summary>
    NotLeader,

    /// <summary>No leader is known. Try again after an election timeout.</summary>
    NoLeader,

    /// <summary>A limit on pending work was reached; nothing was done. Try again later, and less at once.</summary>
    Overloaded,

    /// <summary>The command is larger than <c>raft.max-entry-bytes</c>.</summary>
    TooLarge,

    /// <summary>The command or request cannot be serialized: it is neither <c>byte[]</c> nor of a type with a registered serializer.</summary>
    NotSerializable,

    /// <summary>The state machine's answer could not be had (it failed while answering a query, or its response cannot be serialized).</summary>
    StateMachineFailed,

    /// <summary>Leadership was lost, a timeout passed or the peer stopped while the proposal was under way: it may yet commit.</summary>
    OutcomeUnknown,

    /// <summary>The session of the command is not known or has expired: the command was not applied, unless an earlier attempt of it was, before the session expired.</summary>
    SessionExpired,

    /// <summary>An earlier attempt of the command was applied, or given up by its client; its response is no longer remembered. It was not applied again.</summary>
    ResponseForgotten,

    /// <summary>The leadership cannot be transferred there: the member is not a voter, or none other than the leader is in reach.</summary>
    InvalidTarget,

    /// <summary>The leadership is being transferred to another member.</summary>
    TransferInProgress,

    /// <summary>The member did not take over the leadership in time, or another one was elected.</summary>
    TransferTimedOut,

    /// <summary>The peer has not heard of a leader as recently as the query demands.</summary>
    TooStale,

    /// <summary>The members that were asked for make no sense, or not as a change of those there are.</summary>
    InvalidMembers,

    /// <summary>Another change of members, or of the leadership, is under way. Ask again when it is done.</summary>
    ChangeUnderWay,

    /// <summary>The configuration is not the one that the change was made for. Look at the members again.</summary>
    MembersChanged,

    /// <summary>A voter to come did not answer or did not catch up with the log. It is a learner now; the voters are as they were.</summary>
    NotCaughtUp,

    /// <summary>The store of a member to come belongs to another group: nothing was sent to it. The voters are as they were.</summary>
    ForeignGroup,
}
