using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.StateMachines;

namespace RaftActors;

// Proposals on the leader: appended at once, answered when applied, each exactly once.
internal sealed partial class RaftActor
{
    private readonly PendingProposals _proposals = new();

    private void OnPropose(Propose propose, IActorRef sender)
    {
        if (_role != RaftRole.Leader)
        {
            ForwardOrRefuse(propose, sender);
            return;
        }
        var replyTo = new ReplyTo(sender, propose.CorrelationId);
        if (TryEncode(propose.Command, replyTo, isQuery: false, out var command))
            Propose(command, replyTo, propose.ReplyWhen == ReplyWhen.Appended);
    }

    private void OnForwardProposal(ForwardProposal proposal)
    {
        var replyTo = new ReplyTo(proposal.Header, proposal.RequestId);
        if (_role != RaftRole.Leader)
            FailProposal(replyTo, FailureReason.NotLeader, NotLeaderMessage());
        else
            Propose(proposal.Command, replyTo, proposal.ReplyWhenAppended);
    }

    private void Propose(Payload command, ReplyTo replyTo, bool replyWhenAppended)
    {
        if (command.Size > _settings.MaxEntryBytes)
        {
            FailProposal(replyTo, FailureReason.TooLarge, $"The command has {command.Size} bytes; raft.max-entry-bytes allows {_settings.MaxEntryBytes}.");
            return;
        }
        if (_proposals.Count >= _settings.MaxPendingProposals || _proposals.Bytes + command.Size > _settings.MaxPendingBytes)
        {
            FailProposal(replyTo, FailureReason.Overloaded, $"{_proposals.Count} proposals of {_proposals.Bytes} bytes are pending. Propose less at once.");
            return;
        }

        var entry = Append(EntryKind.Command, command);
        _proposals.Add(new PendingProposal(entry.Index, entry.Term, command.Size, replyTo, replyWhenAppended));
        if (replyWhenAppended)
            AnswerProposed(replyTo, entry.Index, entry.Term, null);
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
                AnswerProposed(proposal.ReplyTo, proposal.Index, proposal.Term, responses[proposal.Index - first]);
            else
                FailProposal(proposal.ReplyTo, FailureReason.OutcomeUnknown, "The command was applied, but its response is lost.");
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
        else if (TryEncodeResponse(response, out var payload))
            Reply(replyTo, null, "", index, term, payload);
        else
            FailProposal(replyTo, FailureReason.StateMachineFailed, $"The command was applied, but its response, a {response?.GetType()}, cannot be serialized.");
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

    private bool TryEncodeResponse(object? response, out Payload? payload)
    {
        payload = null;
        if (response is null)
            return true;
        bool good = Payloads.TryEncode(Context.System.Serialization, response, out var encoded, out _);
        payload = encoded;
        return good;
    }

    private string NotLeaderMessage() => _leader is { } leader
        ? $"{_self.Id} is not the leader; {leader.Member.Id} at {leader.Member.Address} is."
        : $"{_self.Id} knows no leader. Try again after an election timeout.";
}
