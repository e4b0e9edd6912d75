using RaftActors.Placement;

namespace RaftActors;

// What the peer tells its node, so that the leaderships of all groups are spread over the nodes, and how it gives its
// leadership away for that. Which ones move is in Placement/LeaderPlacement.cs.
internal sealed partial class RaftActor
{
    private bool IsPlaced => _settings.PlacementInterval > TimeSpan.Zero;

    // A leader does nothing else that a transfer would disturb.
    private bool IsQuiet => !_changes.IsUnderWay && !Configuration.IsJoint && IsConfigurationCommitted
        && _raftLog.CommitIndex >= _leading!.FirstIndex;

    private void ReportPlacement()
    {
        if (!IsPlaced)
            return;
        int highest = 0;
        foreach (var voter in Configuration.Voters)
            highest = Math.Max(highest, voter.Priority);
        var candidates = new List<string>(Configuration.Voters.Length);
        foreach (var voter in Configuration.Voters)
        {
            if (voter.Priority == highest)
                candidates.Add(voter.Id == _self.Id ? _self.Address : _addresses.Of(voter));
        }
        var report = new GroupPlaced(
            _settings.Group, Context.Parent, _self.Address, _leader?.Member.Address, candidates,
            _settings.PlacementInterval)
        {
            IsStopping = _transfers.IsStopping,
        };
        _shared.Watch.Tell(report, Self);
    }

    private void ReportGone()
    {
        if (IsPlaced)
            _shared.Watch.Tell(new GroupGone(_settings.Group, Context.Parent), Self);
    }

    // A node whose disk is bad would get the leaderships back that it hands over.
    private void ReportUnfit()
    {
        if (IsPlaced)
            _shared.Watch.Tell(new NodeUnfit(100 * _settings.ElectionTimeoutMax), Self);
    }

    private void OnMoveLeadership(MoveLeadership move)
    {
        _rest.NoteContacts();
        if (_leading is { } leading && IsQuiet)
        {
            foreach (var follower in leading.Followers)
            {
                string address = NodeAddress.EndpointOf(_addresses.Of(follower.Server));
                if (address != NodeAddress.EndpointOf(move.To) || !_transfers.MayMoveTo(follower))
                    continue;
                Wake();
                _metrics.LeadershipMoved();
                _transfers.MoveTo(follower);
                return;
            }
        }
        ReportStayed(failed: false);
    }

    private void ReportStayed(bool failed)
    {
        if (IsPlaced)
            _shared.Watch.Tell(new LeadershipStayed(_settings.Group, failed), Self);
    }
}
