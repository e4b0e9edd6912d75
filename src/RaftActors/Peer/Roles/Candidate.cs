using RaftActors.Client;
using RaftActors.Protocol;

namespace RaftActors;

// A candidate has begun a term and asks for votes in it (paper, section 5.2).
internal sealed partial class RaftActor
{
    private void BecomeCandidate(bool transfer = false)
    {
        _writeAhead.EnterTerm(Term + 1);
        _writeAhead.Vote(_self.Id, _storeId);
        _electionClock.ForgetLeader();
        EnterRole(RaftRole.Candidate, Candidate);
        RestartElectionTimer();
        RequestFlush();
        StartElection(Term, preVote: false, transfer);
    }

    private void Candidate(object message)
    {
        switch (message)
        {
            case PeerMessage peer when !_filter.Accept(peer): break; // Counted, and named in the log.

            case RequestVote request: OnRequestVote(request); break;
            case TimeoutNow order when order.Term > Term: OnTimeoutNow(order); break;
            case TimeoutNow: break; // Ignored: it is a candidate already, in that term or a later one.

            default: ReceiveWhileCampaigning(message); break;
        }
    }

    // Its own vote counts like any other: once it is durable.
    private void CountOwnVote()
    {
        if (!_writeAhead.IsDurable || _election is not { } election)
            return;
        election.Grant(_self.Id, _storeId);
        OnVoteCounted(election);
    }
}
