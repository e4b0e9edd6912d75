using Akka.Actor;
using Akka.Remote;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Membership;
using RaftActors.Placement;
using RaftActors.Protocol;
using RaftActors.Requests;
using RaftActors.Resting;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using RaftActors.Storage;

namespace RaftActors;

// What every server does, whatever its role (paper, Figure 2, "Rules for Servers: All Servers").
internal sealed partial class RaftActor
{
    /// <summary>The end of each role's table: what means the same in all roles.</summary>
    private void ReceiveInAnyRole(object message)
    {
        switch (message)
        {
            // What was written, applied and answered.
            case Flush: OnFlush(); break;
            case EntriesApplied applied: OnApplied(applied); break;
            case QueriesAnswered answered: OnQueriesAnswered(answered); break;
            case EntriesHandled handled: _subscribers.OnHandled(handled); break;
            case MachineBackoff: StartStateMachine(); break;
            case Terminated ended: OnTerminated(ended.ActorRef); break;
            case SnapshotRead read: _subscribers.OnSnapshotRead(read, Sender); break;
            case SnapshotUnreadable unreadable: _subscribers.OnSnapshotUnreadable(unreadable.Problem, Sender); break;
            case SnapshotDamaged damaged: OnSnapshotDamaged(damaged); break;

            // From other peers: answers to what was forwarded, and who belongs to the group.
            case ForwardReply reply: _forwarding.OnReply(reply); break;
            case ReadIndexReply reply: _forwarding.OnReply(reply); break;
            case Introduce question: OnIntroduce(question); break;
            case IntroduceReply reply: OnIntroduceReply(reply); break;
            case MemberRemoved removed: _removal.OnTold(removed); break;
            case MalformedMessage malformed: _filter.Drop("malformed", malformed.Manifest, malformed.Problem); break;
            case DisassociatedEvent lost: _forwarding.OnDisassociated(lost.RemoteAddress); break;

            // From this node.
            case Subscribe subscribe: _subscribers.Subscribe(subscribe); break;
            case Unsubscribe unsubscribe: _subscribers.Remove(unsubscribe.Subscriber); break;
            case PrepareToStop: OnPrepareToStop(); break;
            case GetStatus: OnGetStatus(); break;
            case GetMembers: OnGetMembers(); break;
            case RaftSupervisor.ProveStore proof: OnProveStore(proof); break;
            case StoreScrubbed scrubbed: _scrubbing.OnScrubbed(scrubbed); break;

            // Timers.
            case Forwarding.Timeout: _forwarding.OnTimeout(); break;
            case LeadershipTransfers.TransferTimeout: _transfers.OnTimeout(); break;
            case LeadershipTransfers.StopAnswerDue: _transfers.AnswerReadyToStop(); break;
            case Removal.Timeout: _removal.OnTimeout(); break;
            case Bootstrapper.Timeout: _bootstrapper.OnTimeout(); break;
            case OwnStore.VerificationTimeout: _ownStore.OnVerificationTimeout(); break;
            case Scrubbing.ScrubDue: _scrubbing.OnDue(); break;

            // The watch of this node.
            case RestEnded ended: OnRestEnded(ended); break;
            case MoveLeadership move: OnMoveLeadership(move); break;
            case SleepDue due: OnSleepDue(due); break;
            case RaftSupervisor.FallAsleep: OnFallAsleep(); break;

            case var other when _snapshots.Receive(other, Sender): break;
            default: Unhandled(message); break;
        }
    }

    // If commitIndex > lastApplied, apply (Figure 2). A leader's reads may have their index now, and a change of
    // members goes on.
    public void OnCommitted()
    {
        _metrics.Committed(_raftLog.CommitIndex);
        _traces.Committed(_raftLog.CommitIndex);
        _bootstrapper.End();
        OnConfigurationCommitted();
        FeedStateMachine();
        _subscribers.FeedAll();
        if (_leading is { Reads.WantsRound: true })
            RequestFlush();
    }

    /// <summary>
    /// What waited for a write goes on: a leader's and a candidate's own word count now, and a follower answers.
    /// </summary>
    private void OnWritten()
    {
        if (_leading is not null)
        {
            SendToFollowers();
            AdvanceCommit();
        }
        else if (_election is { PreVote: false })
            CountOwnVote();
        else
            AcknowledgeWritten();
    }
}
