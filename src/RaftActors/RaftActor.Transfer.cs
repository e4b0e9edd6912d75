using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;

namespace RaftActors;

// Leadership handed over on purpose (dissertation, section 3.10): nothing new is appended, the target is brought up to
// date and told to campaign at once, past pre-vote and stickiness. If nobody leads after an election timeout, the
// leader goes on. The target may still win later: that is an election like any other.
internal sealed partial class RaftActor
{
    // Outlives the leadership that it hands over: those who asked for it want to know who leads.
    private LeadershipTransfer? _transfer;

    // Whoever stops the peer, and is told in a moment that the leadership was handed over.
    private readonly List<TransferRequest.BeforeStop> _readyToStop = [];

    // It is about to be stopped, and does not want to lead again.
    private bool _leaving;

    // How often a leader may try without having been asked.
    private readonly TransferPace _pace;

    private bool IsHandingOver => _transfer is not null && _leading is not null;

    private void OnTransferLeadership(TransferLeadership request) =>
        Transfer(request.Target, new TransferRequest.OfActor(Sender, request.CorrelationId));

    private void OnForwardTransfer(ForwardTransfer request) => Transfer(
        request.Target.Length > 0 ? request.Target : null, new TransferRequest.OfPeer(request.Header, request.RequestId));

    private void PassOn(TransferLeadership request)
    {
        var forwarded = new ForwardedRequest.Transfer(request.Target, Sender, request.CorrelationId);
        if (request.Forward)
            _forwarding.Forward(forwarded);
        else
            forwarded.Fail(this, NotLeaderReason, NotLeaderMessage());
    }

    private void AnswerNotLeader(ForwardTransfer request) => new TransferRequest.OfPeer(request.Header, request.RequestId)
        .Fail(this, FailureReason.NotLeader, NotLeaderMessage());

    private void Transfer(string? to, TransferRequest request)
    {
        string? target = to ?? _transfer?.Target ?? BestSuccessor()?.Voter.Id;
        string? problem = target is null ? "No other voter has answered within the last election timeout. Look at the other nodes."
            : target != _self.Id && !Configuration.IsVoter(target) ? $"'{target}' is not a voter of the group. Its voters are {string.Join(", ", Configuration.Members().Select(static member => member.Id))}."
            : null;
        if (problem is not null)
            request.Fail(this, FailureReason.InvalidTarget, problem);
        else if (_transfer is { } other && other.Target != target)
            request.Fail(this, FailureReason.TransferInProgress, $"The leadership is being transferred to {other.Target}. Try again after an election timeout.");
        else if (target == _self.Id)
            request.Answer(this, _leader!.Member, Term);
        else
            StartTransfer(target!).Requests.Add(request);
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
        if (!_transfer.IsReady(target.Progress.MatchIndex, _log.LastIndex, _proposals.Appended, Now))
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

    // The new leader is known, or this peer, or nobody.
    private void OnTransferTimeout()
    {
        if (_transfer is not { } transfer)
            return;
        _transfer = null;
        if (_leading is not null)
            Log.Warning("{0}: {1} did not take over the leadership of term {2} in time.", PersistenceId, transfer.Target, Term);
        FailTransfer(transfer, $"{transfer.Target} did not take over within an election timeout. Look at that node, or name another.");
        _proposals.ReleaseHeld();
        LeaveJoint();
    }

    private void FailTransfer(LeadershipTransfer transfer, string why)
    {
        foreach (var request in transfer.Requests)
            request.Fail(this, FailureReason.TransferTimedOut, why);
        transfer.Requests.Clear();
    }

    // Somebody leads.
    private void EndTransfer(LeaderInfo leader)
    {
        if (_transfer is not { } transfer)
            return;
        _transfer = null;
        Timers.Cancel(TransferTimeout.Instance);
        if (leader.Member.Id != transfer.Target)
        {
            FailTransfer(transfer, $"{leader.Member.Id} was elected, not {transfer.Target}.");
            return;
        }
        foreach (var request in transfer.Requests)
            AnswerTransfer(request, leader.Member);
    }

    // Whoever stops the peer is answered a little later: the other peers have to hear of the new leader, and what they
    // forwarded here before has to be sent back to them.
    private void AnswerTransfer(TransferRequest request, Member leader)
    {
        if (request is not TransferRequest.BeforeStop stop)
        {
            request.Answer(this, leader, Term);
            return;
        }
        _readyToStop.Add(stop);
        StartTimer(StopAnswerDue.Instance, _settings.HeartbeatInterval);
    }

    private void AnswerReadyToStop()
    {
        foreach (var stop in _readyToStop)
            stop.Answer(this);
        _readyToStop.Clear();
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
        StartTransfer(target).Requests.Add(new TransferRequest.BeforeStop(Sender));
    }

    /// <summary>The peer will be stopped: it asks for no more votes.</summary>
    private void OnPrepareToStop()
    {
        _leaving = true;
        new TransferRequest.BeforeStop(Sender).Fail(
            this, FailureReason.NotLeader, "There is no leadership to transfer.");
    }

    // A leader whose disk has stalled can still replicate, but acknowledges nothing itself, and its memory fills.
    // Proposals wait while it tries, so after a failure it does not try again at once.
    private void HandOverIfStalled()
    {
        if (_writeAhead.WritingSince is not { } since || Now - since < _settings.ElectionTimeoutMax)
            return;
        if (_transfer is not null || Now < _pace.NotBefore || BestSuccessor() is not { } successor)
            return;
        _pace.NotBefore = Now + (5 * _settings.ElectionTimeoutMax);
        Log.Warning(
            "{0}: a write to the journal has taken {1} ms so far: the disk has stalled, or is overloaded.",
            PersistenceId, (long)(Now - since).TotalMilliseconds);
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

    private sealed record StopAnswerDue
    {
        public static readonly StopAnswerDue Instance = new();
    }

    private sealed record TransferTimeout
    {
        public static readonly TransferTimeout Instance = new();
    }
}
