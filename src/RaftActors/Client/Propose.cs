using RaftActors.Protocol;
using RaftActors.Tracing;

namespace RaftActors.Client;

/// <summary>When a proposal is answered.</summary>
public enum ReplyWhen
{
    /// <summary>
    /// When the entry is committed and the state machine has applied it. The answer has the state machine's response.
    /// </summary>
    Applied,

    /// <summary>
    /// At once, with the index and the term of the appended entry. The entry may still be lost. It is not lost if a
    /// committed entry at that index has that term.
    /// </summary>
    Appended,
}

/// <summary>Asks the group to append a command to its log. May be told to any peer of the group.</summary>
/// <remarks>
/// The sender gets exactly one <see cref="Proposed"/> or <see cref="ProposalFailed"/>. The spans of the proposal are
/// children of the activity that is current when the message is made (<see cref="Raft.ActivitySourceName"/>).
/// </remarks>
/// <param name="Command">
/// A <c>byte[]</c>, or an object whose type has its own serializer in <c>akka.actor.serialization-bindings</c>. A
/// <c>byte[]</c> is stored as it is; do not modify it. Objects of other types are accepted only as
/// <c>raft.hyperion-types</c> and <c>raft.allow-json-commands</c> say.
/// </param>
/// <param name="ReplyWhen">When the sender is answered.</param>
/// <param name="Forward">
/// Whether a peer that does not lead forwards the proposal to the leader. If not, it answers
/// <see cref="FailureReason.NotLeader"/> and names the leader.
/// </param>
/// <param name="CorrelationId">Returned in the answer, so that one actor can keep several proposals in flight.</param>
public sealed record Propose(object Command, ReplyWhen ReplyWhen = ReplyWhen.Applied, bool Forward = true,
    long CorrelationId = 0) : IProposal
{
    /// <summary>
    /// The session and the number of an exactly-once command. A retry has the same. <c>null</c> for a command that is
    /// applied as often as it is proposed.
    /// </summary>
    public Log.SessionStamp? Session { get; init; }

    /// <summary>The span in which the message was made; <c>null</c> if none is recorded.</summary>
    internal TraceContext? Trace { get; init; } = TraceContext.OfCaller();

    TraceContext? IProposal.Trace => Trace;
}

/// <summary>
/// The command is in the log. It is committed and applied, or, with <see cref="ReplyWhen.Appended"/>, only appended.
/// </summary>
/// <param name="Index">The index of the entry.</param>
/// <param name="Term">The term of the entry.</param>
/// <param name="Response">
/// What the state machine returned for the command; <c>null</c> with <see cref="ReplyWhen.Appended"/>.
/// </param>
/// <param name="CorrelationId">The correlation id of the proposal.</param>
public sealed record Proposed(long Index, long Term, object? Response, long CorrelationId) : IRaftMessage;

/// <summary>The proposal was not done, or its outcome is unknown: see <see cref="OutcomeUnknown"/>.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The reason in a sentence that tells a person what to do.</param>
/// <param name="Leader">The leader, if the answering peer knows it; otherwise <c>null</c>.</param>
/// <param name="CorrelationId">The correlation id of the proposal.</param>
public sealed record ProposalFailed(FailureReason Reason, string Message, Membership.Member? Leader,
    long CorrelationId) : IRaftMessage
{
    /// <summary>
    /// <c>true</c> when the command may have been committed, or may still be. <c>false</c> when nothing was or will be
    /// done for this proposal, or when the command was applied and only its response is not available
    /// (<see cref="FailureReason.StateMachineFailed"/>).
    /// </summary>
    public bool OutcomeUnknown => Reason == FailureReason.OutcomeUnknown;

    /// <summary>Whether the peer of this process stopped for good, so that it will never answer otherwise.</summary>
    internal bool IsFinal { get; init; }
}

/// <summary>Why a proposal, a query or a transfer of leadership failed.</summary>
public enum FailureReason
{
    /// <summary>The peer does not lead and was told not to forward. Ask the leader that the answer names.</summary>
    NotLeader,

    /// <summary>No leader is known. Try again after an election timeout.</summary>
    NoLeader,

    /// <summary>
    /// A limit on pending work was reached, and nothing was done. Try again later, with less at once.
    /// </summary>
    Overloaded,

    /// <summary>The command is larger than <c>raft.max-entry-bytes</c>.</summary>
    TooLarge,

    /// <summary>
    /// The command or request cannot be serialized: it is neither <c>byte[]</c> nor of a type with a registered
    /// serializer.
    /// </summary>
    NotSerializable,

    /// <summary>
    /// The answer of the state machine is not available: it failed while it answered a query, or its response cannot be
    /// serialized.
    /// </summary>
    StateMachineFailed,

    /// <summary>
    /// The leadership was lost, a timeout passed, or the peer stopped while the proposal was under way. The proposal
    /// may still be committed.
    /// </summary>
    OutcomeUnknown,

    /// <summary>
    /// The session of the command is unknown or has expired. The command was not applied, unless an earlier attempt was
    /// applied before the session expired.
    /// </summary>
    SessionExpired,

    /// <summary>
    /// An earlier attempt of the command was applied, or its client gave it up. Its response is no longer remembered.
    /// The command was not applied again.
    /// </summary>
    ResponseForgotten,

    /// <summary>
    /// The leadership cannot be transferred to that member: the member is not a voter, or the leader reaches no other
    /// voter.
    /// </summary>
    InvalidTarget,

    /// <summary>The leadership is being transferred to another member.</summary>
    TransferInProgress,

    /// <summary>The member did not take over the leadership in time, or another one was elected.</summary>
    TransferTimedOut,

    /// <summary>The peer has not heard a leader as recently as the query demands.</summary>
    TooStale,

    /// <summary>The requested members are inconsistent, or cannot be reached by a change of the present ones.</summary>
    InvalidMembers,

    /// <summary>Another change of members, or of the leadership, is under way. Ask again when it is done.</summary>
    ChangeUnderWay,

    /// <summary>
    /// The latest configuration is not the one that the change was made for. Look at the members again.
    /// </summary>
    MembersChanged,

    /// <summary>
    /// A new voter did not answer, or did not catch up with the log. It is a learner now, and the voters are as they
    /// were.
    /// </summary>
    NotCaughtUp,

    /// <summary>
    /// The store of a new member belongs to another group, and nothing was sent to it. The voters are as they were.
    /// </summary>
    ForeignGroup,
}
