using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Requests;
using RaftActors.StateMachines;

namespace RaftActors;

// What requests ask of the peer.
internal sealed partial class RaftActor
{
    Member? IAnswers.Leader => _leader?.Member;

    TimeSpan IRequestsPeer.Now => Now;

    bool IRequestsPeer.IsLeading => _leading is not null;

    string IRequestsPeer.WhyNotLeader => NotLeaderMessage();

    bool IRequestsPeer.IsDurable => _writeAhead.IsDurable;

    bool IRequestsPeer.IsTransferring => IsTransferring;

    (int Count, long Bytes) IRequestsPeer.UncommittedAtElection =>
        _raftLog.CommitIndex < _leading!.FirstIndex ? _leading.UncommittedAtElection : default;

    ReadIndexQueue? IRequestsPeer.Rounds => _leading?.Reads;

    bool IRequestsPeer.HasStateMachine => _machine.IsRunning;

    (FailureReason Reason, string Message) IRequestsPeer.WhyNoStateMachine => _replica.IsSetAside
        ? (SetAsideReason, _replica.Message)
        : (FailureReason.StateMachineFailed, "The state machine failed and is about to be built anew.");

    long IRequestsPeer.SentIndex => _machine.SentIndex;

    void IRequestsPeer.Ask(AskQueries queries) => _machine.Ask(queries);

    void IAnswers.Tell(IActorRef actor, object message) => actor.Tell(message, Self);

    PeerHeader IAnswers.Header(string toStoreId) => Header(toStoreId);

    void IAnswers.Send(string address, PeerMessage message) => Send(address, message);

    bool IAnswers.TryEncode(object? response, out Payload? payload, out string problem) =>
        Payloads.TryEncodeResponse(Context.System.Serialization, response, _frameRoom, out payload, out problem);

    object? IAnswers.Decode(Payload? payload) =>
        payload is { } encoded ? Payloads.Decode(Context.System.Serialization, encoded) : null;

    LogEntry IRequestsPeer.Append(EntryKind kind, Payload payload, SessionStamp? session) =>
        Append(kind, payload, session);

    void IRequestsPeer.ChangeMembers(Payload change, Proposer proposer) => _changes.Request(change, proposer);

    void IRequestsPeer.Lead(ForwardedRequest request)
    {
        switch (request)
        {
            case ForwardedRequest.Proposal proposal:
                _proposals.Propose(proposal.Entry, proposal.Proposer);
                break;
            case ForwardedRequest.Read read:
                _reads.Add(read.Query);
                break;
            case ForwardedRequest.Transfer transfer:
                _transfers.Request(transfer.Target, transfer.Request);
                break;
        }
    }

    void IRequestsPeer.RequestFlush() => RequestFlush();

    void IRequestsPeer.StartForwardTimer(TimeSpan after) =>
        StartTimer(ForwardTimeout.Instance, after);

    private sealed record ForwardTimeout
    {
        public static readonly ForwardTimeout Instance = new();
    }
}
