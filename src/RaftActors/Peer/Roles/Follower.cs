using Akka.Remote;
using RaftActors.Client;
using RaftActors.Protocol;

namespace RaftActors;

// Follows the leader of its term, if there is one (paper, section 5.2).
internal sealed partial class RaftActor
{
    /// <summary>Follows, in its own term or a later one.</summary>
    /// <param name="term">The term.</param>
    /// <param name="leader">The leader of that term, if it is known.</param>
    /// <param name="formerAnswers">Whether the leader until now hands over its leadership, and so still answers.</param>
    private void BecomeFollower(long term, LeaderInfo? leader, bool formerAnswers = false)
    {
        if (term > Term)
        {
            _hardState = _hardState.InTerm(term);
            _leaderHeard = null;
            RequestFlush();
        }
        // A later term alone is no reason to wait longer: a candidate that cannot win must not keep others from trying.
        bool waiting = IsFollower && Timers.IsTimerActive(ElectionTimeout.Instance);
        EnterRole(RaftRole.Follower, Follower);
        SetLeader(leader, formerAnswers);
        if (!waiting)
            RestartElectionTimer();
    }

    private void Follower(object message)
    {
        switch (message)
        {
            case PeerMessage peer when !Accept(peer): break; // Counted, and named in the log.

            // It answers leaders and candidates.
            case AppendEntries append: OnAppendEntries(append); break;
            case InstallSnapshot install: OnInstallSnapshot(install); break;
            case RequestVote request: OnRequestVote(request); break;

            // It campaigns when it hears of neither, when its leader is lost, and when its leader says so.
            case ElectionTimeout: OnElectionTimeout(); break;
            case DisassociatedEvent lost: OnDisassociated(lost); break;
            case DisconnectGrace: OnDisconnectGrace(); break;
            case TimeoutNow order: OnTimeoutNow(order); break;

            default: ReceiveWithoutLeading(message); break;
        }
    }
}
