using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Sessions;
using RaftActors.StateMachines;

namespace RaftActors;

// Proposals on the leader: appended at once, answered when applied, each exactly once.
internal sealed partial class RaftActor
{
    private readonly PendingProposals _proposals = new();
    private readonly long _frameRoom = RaftSettings.FrameRoom((ExtendedActorSystem)Context.System);

    private void OnPropose(IProposal request)
    {
        var replyTo = new ReplyTo(Sender, request.CorrelationId);
        if (TryRead(request, replyTo, out var proposal))
            Propose(proposal, replyTo);
    }

    // What a client asks for, as the entry that it is to become.
    private bool TryRead(IProposal request, ReplyTo replyTo, out Proposal proposal)
    {
        proposal = default;
        switch (request)
        {
            case Propose propose:
                if (!TryEncode(propose.Command, replyTo, isQuery: false, out var command))
                    return false;
                proposal = new Proposal(EntryKind.Command, command, propose.Session, propose.ReplyWhen == ReplyWhen.Appended);
                break;
            case ChangeMembers change:
                proposal = new Proposal(EntryKind.Configuration, new MemberChange(change.Voters, change.Learners, change.ExpectedIndex).ToPayload(), null, false);
                break;
            case OpenSession:
                proposal = new Proposal(EntryKind.Session, new SessionChange(_settings.SessionLimits, false).ToPayload(), null, false);
                break;
            case KeepSessionAlive alive:
                proposal = new Proposal(EntryKind.Session, SessionChange.KeepAlive.ToPayload(), new SessionStamp(alive.SessionId, 0, alive.LowestPending), false);
                break;
            case CloseSession close:
                proposal = new Proposal(EntryKind.Session, SessionChange.Closing.ToPayload(), new SessionStamp(close.SessionId, 0, 0), false);
                break;
        }
        // Such a stamp would be none on the wire, and the command one that is applied every time.
        if (proposal.Session is not { SessionId: < 1 } impossible)
            return true;
        FailProposal(replyTo, FailureReason.SessionExpired, $"There is no session {impossible.SessionId}: a session's id is what OpenSession was answered with.");
        return false;
    }

    private void OnForwardProposal(ForwardProposal proposal)
    {
        var replyTo = new ReplyTo(proposal.Header, proposal.RequestId);
        if (Payloads.Problem(Context.System.Serialization, proposal.Command) is { } problem)
            FailProposal(replyTo, FailureReason.NotSerializable, problem);
        else
            Propose(new Proposal(proposal.Kind, proposal.Command, proposal.Session, proposal.ReplyWhenAppended), replyTo);
    }

    private void AnswerNotLeader(ForwardProposal proposal) =>
        FailProposal(new ReplyTo(proposal.Header, proposal.RequestId), FailureReason.NotLeader, NotLeaderMessage());

    private void Propose(Proposal proposal, ReplyTo replyTo)
    {
        var command = proposal.Payload;
        if (command.Size > _settings.MaxEntryBytes)
        {
            FailProposal(replyTo, FailureReason.TooLarge, $"The command has {command.Size} bytes; raft.max-entry-bytes allows {_settings.MaxEntryBytes}.");
            return;
        }
        if (proposal.Kind == EntryKind.Configuration)
        {
            OnChangeMembers(command, replyTo);
            return;
        }
        var (count, bytes) = Pending();
        if (count >= _settings.MaxPendingProposals || bytes + command.Size > _settings.MaxPendingBytes)
        {
            FailProposal(replyTo, FailureReason.Overloaded, $"{count} proposals of {bytes} bytes are pending. Propose less at once.");
            return;
        }
        if (_transfer is { } transfer)
        {
            transfer.Hold(proposal, replyTo);
            return;
        }

        // The limits of a session are those of the leader that opens it, whichever peer was asked.
        if (proposal is { Kind: EntryKind.Session, Session: null })
            command = new SessionChange(_settings.SessionLimits, false).ToPayload();
        var entry = Append(proposal.Kind, command, proposal.Session);
        _proposals.Add(new PendingProposal(entry.Index, entry.Term, command.Size, replyTo, proposal.ReplyWhenAppended));
        if (proposal.ReplyWhenAppended)
            AnswerProposed(replyTo, entry.Index, entry.Term, null);
    }

    // What earlier leaders left uncommitted counts: while a quorum comes and goes, each of its leaders might otherwise add as much again to the log.
    private (int Count, long Bytes) Pending()
    {
        var (count, bytes) = _log.CommitIndex < _leading!.FirstIndex ? _leading.UncommittedAtElection : default;
        return (count + _proposals.Count + (_transfer?.Held ?? 0), bytes + _proposals.Bytes + (_transfer?.HeldBytes ?? 0));
    }

    private (int Count, long Bytes) Uncommitted()
    {
        long bytes = 0;
        for (long index = _log.CommitIndex + 1; index <= _log.LastIndex; index++)
            bytes += _log[index].Payload.Size;
        return ((int)(_log.LastIndex - _log.CommitIndex), bytes);
    }

    // Responses are those of the entries up to lastIndex.
    private void AnswerApplied(long lastIndex, object?[] responses)
    {
        long first = lastIndex - responses.Length + 1;
        while (_proposals.TryTake(lastIndex, out var proposal))
        {
            if (proposal.Answered)
                continue;
            if (proposal.Index >= first)
                AnswerApplied(proposal, responses[proposal.Index - first]);
            else
                FailProposal(proposal.ReplyTo, FailureReason.OutcomeUnknown, "The command was applied, but its response is lost.");
        }
    }

    private void AnswerApplied(PendingProposal proposal, object? response)
    {
        switch (response)
        {
            case EntryOutcome.AppliedBefore before:
                AnswerProposed(proposal.ReplyTo, before.Index, before.Term, before.Response);
                break;
            case EntryOutcome.Refused refused:
                FailProposal(proposal.ReplyTo, refused.Reason, refused.Message);
                break;
            default:
                AnswerProposed(proposal.ReplyTo, proposal.Index, proposal.Term, response);
                break;
        }
    }

    private void AnswerProposals(string why, long upTo = long.MaxValue)
    {
        while (_proposals.TryTake(upTo, out var proposal))
            if (!proposal.Answered)
                FailProposal(proposal.ReplyTo, FailureReason.OutcomeUnknown, $"{why} The command may or may not be in the log.");
    }

    private void AnswerProposed(ReplyTo replyTo, long index, long term, object? response)
    {
        if (replyTo.Actor is { } actor)
            actor.Tell(new Proposed(index, term, response, replyTo.Id), Self);
        else if (Payloads.TryEncodeResponse(Context.System.Serialization, response, _frameRoom, out var payload, out string problem))
            Reply(replyTo, null, "", index, term, payload);
        else
            FailProposal(replyTo, FailureReason.StateMachineFailed, $"The command was applied, but its response cannot be sent: {problem}");
    }

    private void FailProposal(ReplyTo replyTo, FailureReason reason, string message)
    {
        if (replyTo.Actor is { } actor)
            actor.Tell(new ProposalFailed(reason, message, _leader?.Member, replyTo.Id), Self);
        else
            Reply(replyTo, reason, message, 0, 0, null);
    }

    private void Reply(ReplyTo replyTo, FailureReason? failure, string message, long index, long term, Payload? response)
    {
        var peer = replyTo.Peer!;
        Send(peer.Address, new ForwardReply(Header(peer.StoreId), replyTo.Id, failure, message, _leader?.Member, index, term, response));
    }

    private bool TryEncode(object content, ReplyTo replyTo, bool isQuery, out Payload payload)
    {
        if (Payloads.TryEncode(Context.System.Serialization, content, out payload, out string problem))
            return true;
        if (isQuery)
            FailQuery(replyTo, FailureReason.NotSerializable, problem);
        else
            FailProposal(replyTo, FailureReason.NotSerializable, problem);
        return false;
    }

    private string NotLeaderMessage()
    {
        if (_leader is { } leader)
            return $"{_self.Id} is not the leader; {leader.Member.Id} at {leader.Member.Address} is.";
        return _problems.TryGetValue(PeerProblemKind.NoLeader, out var known)
            ? known.Problem.Reason
            : $"{_self.Id} knows no leader. Try again after an election timeout.";
    }
}
