using Akka.Remote;
using RaftActors.Client;
using RaftActors.Protocol;

namespace RaftActors;

// Follows the leader of its term, if there is one (paper, section 5.2).
internal sealed partial class RaftActor
{
    private void BecomeFollower(long term, LeaderInfo? leader)
    {
        if (term > Term)
        {
            _hardState = _hardState.InTerm(term);
            _leaderHeard = null;
            RequestFlush();
        }
        // A later term alone is no reason to wait longer: somebody who cannot win must not keep others from trying.
        bool waiting = _role == RaftRole.Follower && Timers.IsTimerActive(ElectionTimeout.Instance);
        EnterRole(RaftRole.Follower, Follower);
        SetLeader(leader);
        if (!waiting)
            RestartElectionTimer();
    }

    private void Follower(object message)
    {
        switch (message)
        {
            case PeerMessage peer:
                if (Accept(peer))
                    CommonPeer(peer);
                break;
            case ElectionTimeout:
                OnElectionTimeout();
                break;
            case DisassociatedEvent lost:
                OnDisassociated(lost);
                break;
            case DisconnectGrace:
                OnDisconnectGrace();
                break;
            default:
                Common(message);
                break;
        }
    }
}
