using RaftActors.Client;
using RaftActors.Protocol;

namespace RaftActors;

// A pre-candidate asks whether it could win an election, before it raises its term. So a peer that was cut off does not
// disturb the others when it returns (dissertation, section 9.6).
internal sealed partial class RaftActor
{
    private void BecomePreCandidate(string reason)
    {
        StopTimer(DisconnectGrace.Instance);
        if (_leader is null)
            _watch.OnLeaderless(Now);
        if (!MayCampaign || _transfers.IsStopping || IsBoundByLease)
        {
            BecomeFollower(Term, null);
            _removal.AskForMembership();
            _ownStore.VerifyAgain();
            return;
        }
        ElectionBegan(reason);
        SetLeader(null);
        _electionClock.BeginRound();
        EnterRole(RaftRole.PreCandidate, PreCandidate);
        RestartElectionTimer();
        StartElection(Term + 1, preVote: true);
        _election!.Grant(_self.Id, _storeId);
        OnVoteCounted(_election);
    }

    private void PreCandidate(object message)
    {
        switch (message)
        {
            case PeerMessage peer when !_filter.Accept(peer): break; // Counted, and named in the log.

            case RequestVote request: OnRequestVoteOfRival(request); break;
            case TimeoutNow order: OnTimeoutNow(order); break;

            default: ReceiveWhileCampaigning(message); break;
        }
    }

    // The other peer may have refused its own vote while it still heard the leader. Now that it asks itself, it no
    // longer hears the leader, and is asked again. Of two logs only one can be ahead: the two do not go on asking each
    // other.
    private void OnRequestVoteOfRival(RequestVote request)
    {
        bool makesWay = !IsRival(request);
        OnRequestVote(request, makesWay);
        if (_election is null || !request.PreVote)
            return;
        if (!makesWay || !_raftLog.IsUpToDate(request.LastLogIndex, request.LastLogTerm))
            AskForVote(request.Header.Address);
    }

    // Of two pre-candidates that could both win, one makes way. Otherwise they would split the vote and wait for their
    // timeouts: most often both have just lost the same leader. But only at first: a pre-candidate that cannot win, for
    // it reaches too few, would be in the way of those that can for ever.
    private bool IsRival(RequestVote request) => request.PreVote && _electionClock.Rounds == 1
        && (request.LastLogIndex, request.LastLogTerm) == (_raftLog.LastIndex, _raftLog.LastTerm)
        && string.CompareOrdinal(request.Header.MemberId, _self.Id) > 0;
}
