using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Requests;

/// <summary>
/// What <see cref="Proposals"/>, <see cref="PendingReads"/> and <see cref="Forwarding"/> ask of the peer.
/// </summary>
internal interface IRequestsPeer : IAnswers
{
    /// <summary>Why this peer cannot do itself what only a leader can, in a sentence.</summary>
    string WhyNotLeader { get; }

    /// <summary>Whether the term and vote that a message shows are durable.</summary>
    bool IsDurable { get; }

    /// <summary>Whether this leader is transferring its leadership: it appends nothing new.</summary>
    bool IsTransferring { get; }

    /// <summary>Whether the group rests, or did a moment ago, so that nobody has said how old the state is.</summary>
    bool HasRested { get; }

    /// <summary>Whether a state machine runs.</summary>
    bool HasStateMachine { get; }

    /// <summary>Why no state machine runs.</summary>
    (FailureReason Reason, string Message) WhyNoStateMachine { get; }

    /// <summary>The last entry that the state machine was given.</summary>
    long SentIndex { get; }

    /// <summary>Asks the state machine, which has applied by then what it was given before.</summary>
    void Ask(AskQueries queries);

    /// <summary>Appends an entry to the log of this leader.</summary>
    LogEntry Append(EntryKind kind, Payload payload, SessionStamp? session);

    /// <summary>Changes the members of the group as a proposal wants.</summary>
    void ChangeMembers(Payload change, Proposer proposer);

    /// <summary>Does what was to be forwarded itself, as the leader.</summary>
    void Lead(ForwardedRequest request);
}
