using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Replication;

namespace RaftActors;

// Leadership handed over on purpose (dissertation, section 3.10): nothing new is appended, the target is brought up to
// date and told to campaign at once, past pre-vote and stickiness. If nobody leads after an election timeout, the
// leader goes on. The target may still win later: that is an election like any other.
internal sealed partial class RaftActor
{
    // Outlives the leadership that it hands over: those who asked for it want to know who leads.
    private LeadershipTransfer? _transfer;

    // What those who stop the peer are to be told in a moment.
    private readonly List<(IActorRef To, LeadershipTransferred Answer)> _laterAnswers = [];

    // It is about to be stopped, and does not want to lead again.
    private bool _leaving;

    // How often a leader may try without having been asked.
    private readonly TransferPace _pace;

    // Where the last leader is, if it has handed over its leadership.
    private string? _formerLeader;

    private bool IsHandingOver => _transfer is not null && _leading is not null;

    private void OnTransferLeadership(TransferLeadership request) =>
        Transfer(request.Target, new ReplyTo(Sender, request.CorrelationId));

    private void OnForwardTransfer(ForwardTransfer request) =>
        Transfer(request.Target.Length > 0 ? request.Target : null, new ReplyTo(request.Header, request.RequestId));

    private void PassOn(TransferLeadership request)
    {
        if (request.Forward)
        {
            Forward(new Forward(true, Payload.Empty, false, Sender, request.CorrelationId) { TransferTo = request.Target ?? "" });
            return;
        }
        var reason = _leader is null ? FailureReason.NoLeader : FailureReason.NotLeader;
        FailTransfer(new ReplyTo(Sender, request.CorrelationId), reason, NotLeaderMessage());
    }

    private void AnswerNotLeader(ForwardTransfer request) =>
        FailTransfer(new ReplyTo(request.Header, request.RequestId), FailureReason.NotLeader, NotLeaderMessage());

    private void Transfer(string? to, ReplyTo replyTo)
    {
        string? target = to ?? _transfer?.Target ?? BestSuccessor()?.Voter.Id;
        string? problem = target is null ? "No other voter has answered within the last election timeout. Look at the other nodes."
            : target != _self.Id && !Configuration.IsVoter(target) ? $"'{target}' is not a voter of the group. Its voters are {string.Join(", ", Configuration.Members().Select(static member => member.Id))}."
            : null;
        if (problem is not null)
            FailTransfer(replyTo, FailureReason.InvalidTarget, problem);
        else if (_transfer is { } other && other.Target != target)
            FailTransfer(replyTo, FailureReason.TransferInProgress, $"The leadership is being transferred to {other.Target}. Try again after an election timeout.");
        else if (target == _self.Id)
            AnswerTransfer(replyTo);
        else
            StartTransfer(target!).Requesters.Add(replyTo);
    }

    private LeadershipTransfer StartTransfer(string target)
    {
        if (_transfer is not null)
            return _transfer;
        Log.Info("{0}: the leadership of term {1} is to go to {2}.", PersistenceId, Term, target);
        _transfer = new LeadershipTransfer(target, Now, _settings.ElectionTimeoutMax);
        StartTimer(TransferTimeout.Instance, _settings.ElectionTimeoutMax);
        ContinueTransfer();
        return _transfer;
    }

    // After everything that may have brought it nearer, and again with each heartbeat: the message may be lost. A
    // message of an earlier term is ignored.
    private void ContinueTransfer(bool again = false)
    {
        if (!IsHandingOver || (_transfer!.IsOrdered && !again) || _leading!.Find(_transfer.Target) is not { } target)
            return;
        if (!_transfer.IsReady(target.Progress.MatchIndex, _log.LastIndex, _proposals.Count, Now))
            return;
        _transfer.IsOrdered = true;
        SendTimeoutNow(target);
    }

    private void SendTimeoutNow(Follower target)
    {
        _leading!.HandedOver = true;
        Send(AddressOf(target.Voter), new TimeoutNow(Header(target.Voter.StoreId)));
    }

    private Follower? BestSuccessor(bool atLast = false) =>
        Successor.Of(_leading!, Configuration, _log.CommitIndex, Now - _settings.ElectionTimeoutMax, atLast);

    // A leader that hands over its leadership still answers what was forwarded to it: what it has done it has answered,
    // and the rest it sends back.
    private void LeaveForwards(string formerLeader, bool formerAnswers)
    {
        if (formerAnswers)
            _formerLeader = formerLeader;
        else
            LoseForwardsTo(formerLeader);
    }

    // Unless its process ends before.
    private void OnFormerLeaderDisassociated(Address lost)
    {
        if (_formerLeader is null || !NodeAddress.IsAt(_formerLeader, lost))
            return;
        LoseForwardsTo(_formerLeader);
        _formerLeader = null;
    }

    // The new leader is known, or this peer, or nobody.
    private void OnTransferTimeout()
    {
        if (_transfer is not { } transfer)
            return;
        _transfer = null;
        if (_leading is not null)
            Log.Warning("{0}: {1} did not take over the leadership of term {2} in time.", PersistenceId, transfer.Target, Term);
        FailRequesters(transfer, $"{transfer.Target} did not take over within an election timeout. Look at that node, or name another.");
        ReleaseHeldProposals(transfer);
        LeaveJoint();
    }

    private void FailRequesters(LeadershipTransfer transfer, string why)
    {
        foreach (var requester in transfer.Requesters)
            FailTransfer(requester, FailureReason.TransferTimedOut, why);
        transfer.Requesters.Clear();
    }

    // The proposals wait for whoever leads next; those who asked for the transfer, until that is known.
    private void DropTransfer()
    {
        if (_transfer is { } transfer)
            ReleaseHeldProposals(transfer);
    }

    private void ReleaseHeldProposals(LeadershipTransfer transfer)
    {
        while (transfer.TryTakeHeld(out var proposal, out var replyTo))
        {
            if (_leading is not null)
                Propose(proposal, replyTo);
            else if (replyTo.Actor is not { } actor)
                FailProposal(replyTo, FailureReason.NotLeader, NotLeaderMessage());
            else
            {
                _forwards.Wait(new Forward(false, proposal.Payload, proposal.ReplyWhenAppended, actor, replyTo.Id) { Kind = proposal.Kind, Session = proposal.Session }, Now);
                StartForwardTimer();
            }
        }
    }

    // Somebody leads.
    private void EndTransfer(LeaderInfo leader)
    {
        if (_transfer is not { } transfer)
            return;
        _transfer = null;
        Timers.Cancel(TransferTimeout.Instance);
        bool asked = leader.Member.Id == transfer.Target;
        foreach (var requester in transfer.Requesters)
        {
            if (asked)
                AnswerTransfer(requester);
            else
                FailTransfer(requester, FailureReason.TransferTimedOut, $"{leader.Member.Id} was elected, not {transfer.Target}.");
        }
    }

    private void AnswerTransfer(ReplyTo replyTo)
    {
        if (replyTo.Actor is { } actor)
            AnswerTransfer(actor, new LeadershipTransferred(_leader!.Member, Term, replyTo.Id));
        else
            Reply(replyTo, null, "", 0, Term, null);
    }

    // Whoever stops the peer is answered a little later: the other peers have to hear of the new leader, and what they
    // forwarded here before has to be sent back to them.
    private void AnswerTransfer(IActorRef actor, LeadershipTransferred answer)
    {
        if (answer.CorrelationId == PrepareToStop.CorrelationId)
        {
            _laterAnswers.Add((actor, answer));
            StartTimer(LaterAnswers.Instance, _settings.HeartbeatInterval);
        }
        else
            actor.Tell(answer, Self);
    }

    private void AnswerLater()
    {
        foreach (var (actor, answer) in _laterAnswers)
            actor.Tell(answer, Self);
        _laterAnswers.Clear();
    }

    private void FailTransfer(ReplyTo replyTo, FailureReason reason, string message)
    {
        if (replyTo.Actor is { } actor)
            actor.Tell(new TransferFailed(reason, message, _leader?.Member, replyTo.Id), Self);
        else
            Reply(replyTo, reason, message, 0, 0, null);
    }

    private void OnCampaign(Campaign request)
    {
        string problem = _leaving ? $"{_self.Id} is about to be stopped."
            : IsBoundByLease ? $"{_self.Id} has heard a leader whose lease may last, or has only just started. Try again after an election timeout."
            : !MayCampaign ? $"{_self.Id} is not a voter of the group, or may not found it yet."
            : "";
        if (problem.Length > 0)
        {
            RefuseCampaign(request, problem);
            return;
        }
        Sender.Tell(new CampaignStarted(Term + 1, request.CorrelationId), Self);
        BecomePreCandidate();
    }

    private void RefuseCampaign(Campaign request, string problem) =>
        Sender.Tell(new CampaignRefused(problem, _leader?.Member, request.CorrelationId), Self);

    /// <summary>The leader will be stopped: it hands over its leadership, if another peer can take it.</summary>
    private void OnPrepareToStopAsLeader()
    {
        if ((_transfer?.Target ?? BestSuccessor()?.Voter.Id) is not { } target)
        {
            OnPrepareToStop();
            return;
        }
        _leaving = true;
        StartTransfer(target).Requesters.Add(new ReplyTo(Sender, PrepareToStop.CorrelationId));
    }

    /// <summary>The peer will be stopped: it asks for no more votes.</summary>
    private void OnPrepareToStop()
    {
        _leaving = true;
        Sender.Tell(new TransferFailed(FailureReason.NotLeader, "There is no leadership to transfer.", _leader?.Member, PrepareToStop.CorrelationId), Self);
    }

    // A leader whose disk has stalled can still replicate, but acknowledges nothing itself, and its memory fills.
    // Proposals wait while it tries, so after a failure it does not try again at once.
    private void HandOverIfStalled()
    {
        if (!_writeInFlight || Now - _writeStarted < _settings.ElectionTimeoutMax)
            return;
        if (_transfer is not null || Now < _pace.NotBefore || BestSuccessor() is not { } successor)
            return;
        _pace.NotBefore = Now + (5 * _settings.ElectionTimeoutMax);
        Log.Warning(
            "{0}: a write to the journal has taken {1} ms so far: the disk has stalled, or is overloaded.",
            PersistenceId, (long)(Now - _writeStarted).TotalMilliseconds);
        StartTransfer(successor.Voter.Id);
    }

    // The leadership drifts to the member of the highest priority. Priorities have no part in elections: no vote
    // depends on them.
    private void HandOverToFavourite()
    {
        var leading = _leading!;
        var favourite = leading.Favourite.Look(
            Configuration, _self.Id, leading.Followers, _log.CommitIndex, Now, id => _pace.MayTry(id, Now));
        bool isQuiet = _transfer is null && _change is null && !Configuration.IsJoint && IsConfigurationCommitted
            && _log.CommitIndex >= leading.FirstIndex;
        if (favourite is null || !isQuiet)
            return;
        Log.Info("{0}: {1} has the priority {2} and keeps up.", PersistenceId, favourite.Id, favourite.Priority);
        _pace.Tried(favourite.Id, Now);
        StartTransfer(favourite.Id);
    }

    // A leader that ends without having handed over, because its disk failed for example: the followers need not wait
    // for their election timeouts.
    private void HandOverAtLast()
    {
        if (_leading is not null && BestSuccessor(atLast: true) is { } successor)
            SendTimeoutNow(successor);
    }

    private sealed record LaterAnswers
    {
        public static readonly LaterAnswers Instance = new();
    }

    private sealed record TransferTimeout
    {
        public static readonly TransferTimeout Instance = new();
    }
}

/// <summary>
/// The peer is about to be stopped. Answered by <see cref="LeadershipTransferred"/>, or by <see cref="TransferFailed"/>
/// when there was nothing to transfer or it did not succeed.
/// </summary>
internal sealed record PrepareToStop
{
    public const long CorrelationId = -1;

    public static readonly PrepareToStop Instance = new();
}
