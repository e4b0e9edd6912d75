using Akka.Event;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;

namespace RaftActors;

// Leadership transfer (dissertation, section 3.10): the requests, as the tables of the roles hand them out, and what
// LeadershipTransfers asks of this peer.
internal sealed partial class RaftActor : ITransferringPeer
{
    private readonly LeadershipTransfers _transfers;

    private bool IsTransferring => _transfers.IsTransferring;

    private void OnTransferLeadership(TransferLeadership request) =>
        _transfers.Request(request.Target, new TransferRequest.OfActor(Sender, request.CorrelationId));

    private void OnForwardTransfer(ForwardTransfer request) => _transfers.Request(
        request.Target.Length > 0 ? request.Target : null,
        new TransferRequest.OfPeer(request.Header, request.RequestId));

    private void PassOn(TransferLeadership request)
    {
        var forwarded = new ForwardedRequest.Transfer(request.Target, Sender, request.CorrelationId);
        if (request.Forward)
            _forwarding.Forward(forwarded);
        else
            forwarded.Fail(this, NotLeaderReason, NotLeaderMessage());
    }

    private void AnswerNotLeader(ForwardTransfer request) =>
        new TransferRequest.OfPeer(request.Header, request.RequestId)
            .Fail(this, FailureReason.NotLeader, NotLeaderMessage());

    private void OnCampaign(Campaign request)
    {
        string problem = _transfers.IsStopping ? $"{_self.Id} is about to be stopped."
            : IsBoundByLease
                ? $"{_self.Id} has heard a leader whose lease may last, or has only just started. "
                    + "Try again after an election timeout."
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

    // A leader whose disk has stalled can still replicate, but acknowledges nothing itself, and its memory fills.
    private void TransferIfStalled()
    {
        if (_writeAhead.WritingSince is not { } since || Now - since < _settings.ElectionTimeoutMax)
            return;
        if (!_transfers.TryHandOver(pause: 5 * _settings.ElectionTimeoutMax))
            return;
        Log.Warning(
            "{0}: a write to the journal has taken {1} ms so far: the disk has stalled, or is overloaded.",
            PersistenceId, (long)(Now - since).TotalMilliseconds);
    }

    private void TransferToPreferredLeader()
    {
        bool isQuiet = !_changes.IsUnderWay && !Configuration.IsJoint && IsConfigurationCommitted;
        _transfers.TransferToPreferredLeader(isQuiet && _raftLog.CommitIndex >= _leading!.FirstIndex);
    }

    LeaderState? ITransferringPeer.Leading => _leading;

    TimeSpan ITransferringPeer.Now => Now;

    long ITransferringPeer.Term => Term;

    int ITransferringPeer.UnansweredProposals => _proposals.Appended;

    string ITransferringPeer.AddressOf(Server member) => _addresses.Of(member);

    void ITransferringPeer.StartTimer(object timer, TimeSpan delay) => StartTimer(timer, delay);

    void ITransferringPeer.CancelTimer(object timer) => Timers.Cancel(timer);

    void ITransferringPeer.OnTransferGivenUp()
    {
        _proposals.ReleaseHeld();
        _changes.LeaveJoint();
    }
}
