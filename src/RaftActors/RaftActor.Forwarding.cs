using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Reads;

namespace RaftActors;

// What is told to a peer that does not lead: passed on to the leader, by its address, and answered when it answers. Of a query the leader only learns that there is one (RaftActor.RemoteReads.cs).
internal sealed partial class RaftActor
{
    private readonly PendingForwards _forwards;
    private TimeSpan _forwardTimeoutAt;
    private bool _forwardsHeld;

    private void PassOn(IProposal request)
    {
        var replyTo = new ReplyTo(Sender, request.CorrelationId);
        if (!request.Forward)
            FailProposal(replyTo, _leader is null ? FailureReason.NoLeader : FailureReason.NotLeader, NotLeaderMessage());
        else if (TryRead(request, replyTo, out var proposal))
        {
            if (proposal.Payload.Size > _settings.MaxEntryBytes)
                FailProposal(replyTo, FailureReason.TooLarge, $"The command has {proposal.Payload.Size} bytes; raft.max-entry-bytes allows {_settings.MaxEntryBytes}.");
            else
                Forward(new Forward(false, proposal.Payload, proposal.ReplyWhenAppended, Sender, request.CorrelationId) { Kind = proposal.Kind, Session = proposal.Session });
        }
    }

    private void Forward(Forward forward)
    {
        int queries = _forwards.Queries + _remoteReads.Count + _asked.Count;
        bool full = (forward.IsQuery ? queries >= _settings.MaxPendingQueries : _forwards.Proposals >= _settings.MaxPendingProposals)
            || _forwards.Bytes + forward.Content.Size > _settings.MaxPendingBytes;
        if (full)
            Fail(forward, FailureReason.Overloaded, $"{_forwards.Proposals} proposals and {queries} queries are pending here. Ask less at once.");
        else if (_leader is { } leader && MaySendForwards())
            SendForward(forward, leader.Member.Address);
        else
            _forwards.Wait(forward, Now);
        StartForwardTimer();
    }

    private void SendForward(Forward forward, string leaderAddress)
    {
        _forwards.Send(forward, leaderAddress, Now);
        if (forward.LocalRequest is not null)
        {
            WantIndex(forward);
            return;
        }
        Send(leaderAddress, forward.TransferTo is { } target ? new ForwardTransfer(Header(), forward.Id, target)
            : new ForwardProposal(Header(), forward.Id, forward.Content, forward.ReplyWhenAppended) { Kind = forward.Kind, Session = forward.Session });
    }

    private void SendWaitingForwards()
    {
        while (MaySendForwards() && _forwards.TryTakeWaiting(out var forward))
            SendToLeader(forward, _leader!.Member.Address);
    }

    // They show the term, and there may be many: until that is durable they stay here, where nothing of them is lost and it is known that they were not sent.
    private bool MaySendForwards()
    {
        if (HardStateIsDurable)
            return true;
        _forwardsHeld = true;
        RequestFlush();
        return false;
    }

    private void ReleaseForwards()
    {
        if (!_forwardsHeld)
            return;
        _forwardsHeld = false;
        if (_leader is not null)
            SendWaitingForwards();
    }

    // That may be this peer itself by now.
    private void SendToLeader(Forward forward, string leaderAddress)
    {
        var replyTo = new ReplyTo(forward.Sender, forward.CorrelationId);
        if (_leading is null)
            SendForward(forward, leaderAddress);
        else if (forward.TransferTo is { } target)
            Transfer(target.Length > 0 ? target : null, replyTo);
        else if (forward.IsQuery)
            AddRead(new PendingRead(replyTo, forward.LocalRequest!));
        else
            Propose(forward.Proposal, replyTo);
    }

    private void OnForwardReply(ForwardReply reply)
    {
        if (!_forwards.TryTakeSent(reply.RequestId, out var forward))
            return;
        switch (reply.Failure)
        {
            case FailureReason.NotLeader or FailureReason.NoLeader:
                // It was certainly not done: it waits for the leader that there is now, or comes next.
                WaitForLeader(forward);
                break;
            case { } failure:
                Fail(forward, failure, reply.Message);
                break;
            default:
                Answer(forward, reply);
                break;
        }
    }

    private void Answer(Forward forward, ForwardReply reply)
    {
        if (forward.TransferTo is not null)
        {
            AnswerForwardedTransfer(forward, reply);
            return;
        }
        object? response;
        try
        {
            response = reply.Response is { } payload ? Payloads.Decode(Context.System.Serialization, payload) : null;
        }
        catch (Exception problem)
        {
            Fail(forward, FailureReason.StateMachineFailed, $"It was done, but the response cannot be deserialized here: {problem.Message}");
            return;
        }
        forward.Sender.Tell(new Proposed(reply.Index, reply.EntryTerm, response, forward.CorrelationId), Self);
    }

    private void AnswerForwardedTransfer(Forward forward, ForwardReply reply)
    {
        if (reply.Leader is { } leader)
            forward.Sender.Tell(new LeadershipTransferred(leader, reply.EntryTerm, forward.CorrelationId), Self);
        else
            Fail(forward, FailureReason.TransferTimedOut, $"{reply.Header.MemberId} answered without naming the leader.");
    }

    private void WaitForLeader(Forward forward)
    {
        // The peer that just said it is not the leader may be the one still believed to be: nothing is sent there again at once.
        if (_leader is { } leader && leader.Member.Address != forward.SentTo && MaySendForwards())
            SendToLeader(forward, leader.Member.Address);
        else
            _forwards.Wait(forward, Now);
        StartForwardTimer();
    }

    // The leader is gone, or another one leads: whatever was sent to it may have been done, and nobody will say.
    private void LoseForwardsTo(string leaderAddress)
    {
        foreach (var forward in _forwards.TakeSent(leaderAddress))
        {
            if (forward.IsQuery)
                WaitForLeader(forward);
            else
                Fail(forward, FailureReason.OutcomeUnknown, $"The leader at {leaderAddress} was lost. The command may or may not be in the log.");
        }
        StartForwardTimer();
    }

    private void OnForwardTimeout()
    {
        while (_forwards.TryTakeOverdue(Now, out var forward, out bool wasSent))
        {
            if (!wasSent)
                Fail(forward, FailureReason.NoLeader, NotLeaderMessage());
            else if (forward.IsQuery)
                Fail(forward, FailureReason.NoLeader, $"The leader at {forward.SentTo} did not answer. Ask again.");
            else
                Fail(forward, FailureReason.OutcomeUnknown, $"The leader at {forward.SentTo} did not answer. The command may or may not be in the log.");
        }
        FailOverdueRemoteReads();
        StartForwardTimer();
    }

    private void StartForwardTimer()
    {
        if (_forwards.IsEmpty && _remoteReads.Count == 0)
            return;
        var deadline = _forwards.NextDeadline() ?? TimeSpan.MaxValue;
        if (_remoteReads.TryPeek(out var read) && read.Deadline < deadline)
            deadline = read.Deadline;
        if (Timers.IsTimerActive(ForwardTimeout.Instance) && _forwardTimeoutAt <= deadline)
            return;
        _forwardTimeoutAt = deadline;
        var left = deadline - Now;
        Timers.StartSingleTimer(ForwardTimeout.Instance, ForwardTimeout.Instance, left < Millisecond ? Millisecond : left);
    }

    private void Fail(Forward forward, FailureReason reason, string message)
    {
        var replyTo = new ReplyTo(forward.Sender, forward.CorrelationId);
        if (forward.TransferTo is not null)
            FailTransfer(replyTo, reason, message);
        else if (forward.IsQuery)
            FailQuery(replyTo, reason, message);
        else
            FailProposal(replyTo, reason, message);
    }

    private void FailForwards(string why)
    {
        foreach (var forward in _forwards.TakeSent())
            Fail(forward, forward.IsQuery ? FailureReason.NoLeader : FailureReason.OutcomeUnknown, why);
        while (_forwards.TryTakeWaiting(out var forward))
            Fail(forward, FailureReason.NoLeader, why);
    }

    private sealed record ForwardTimeout
    {
        public static readonly ForwardTimeout Instance = new();
    }
}
