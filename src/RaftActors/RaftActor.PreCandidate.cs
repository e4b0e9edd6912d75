using RaftActors.Client;
using RaftActors.Protocol;

namespace RaftActors;

// Asks whether an election could be won, before it raises its term: a peer that was cut off does not disturb the others when it returns (dissertation, section 9.6).
internal sealed partial class RaftActor
{
    // How often it has asked since it last knew a leader.
    private int _preVoteRounds;

    private void BecomePreCandidate()
    {
        StopDisconnectGrace();
        if (_leader is null)
            NoteLeaderless();
        if (!MayCampaign || _leaving || IsBoundByLease)
        {
            BecomeFollower(Term, null);
            AskForMembership();
            // The log that was ahead of this one may be gone for good: whoever is left is asked again.
            if (IsVerified && !MeetsFloor(_log.LastTerm, _log.LastIndex))
                StartVerification();
            return;
        }
        SetLeader(null);
        _preVoteRounds++;
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
            case PeerMessage peer when !Accept(peer):
                break;
            case RequestVoteReply reply:
                OnRequestVoteReply(reply);
                break;
            case PeerMessage peer:
                CommonPeer(peer);
                break;
            case ElectionTimeout:
                OnElectionTimeout();
                break;
            default:
                Common(message);
                break;
        }
    }
}
