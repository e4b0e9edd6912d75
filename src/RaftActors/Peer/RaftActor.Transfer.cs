using Akka.Event;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Membership;

namespace RaftActors;

// Why a peer campaigns without an election timeout, and why a leader hands over without being asked (dissertation,
// section 3.10). How it hands over is in LeadershipTransfers.
internal sealed partial class RaftActor
{
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
        BecomePreCandidate("asked");
    }

    private void RefuseCampaign(Campaign request, string problem) =>
        Sender.Tell(new CampaignRefused(problem, _leader?.Member, request.CorrelationId), Self);

    private void OnPrepareToStop()
    {
        Wake();
        _transfers.PrepareToStop(Sender);
        ReportPlacement();
    }

    // A leader whose disk has stalled can still replicate, but acknowledges nothing itself, and its memory fills.
    private void TransferIfStalled()
    {
        if (_writeAhead.WritingSince is not { } since || Now - since < _settings.ElectionTimeoutMax)
            return;
        if (!_transfers.TryHandOver(pause: 5 * _settings.ElectionTimeoutMax))
            return;
        ReportUnfit();
        Log.Warning(
            "{0}: a write to the journal has taken {1} ms so far: the disk has stalled, or is overloaded.",
            PersistenceId, (long)(Now - since).TotalMilliseconds);
    }

    private void TransferIfSetAside()
    {
        if (_replica.IsSetAside)
            _transfers.TryHandOver(pause: 2 * _settings.ElectionTimeoutMax);
    }

    private void TransferToPreferredLeader() => _transfers.TransferToPreferredLeader(IsQuiet);
}
