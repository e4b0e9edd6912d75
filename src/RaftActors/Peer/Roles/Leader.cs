using Akka.Event;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;

namespace RaftActors;

// Leads its term (paper, section 5.3).
internal sealed partial class RaftActor
{
    private LeaderState? _leading;

    private void BecomeLeader(Configuration configuration)
    {
        EnterRole(RaftRole.Leader, Leader);
        Timers.Cancel(ElectionTimeout.Instance);
        _leaderHeard = null;
        _leading = new LeaderState(_self.Id, _log.LastIndex, _settings.MaxInflightAppends, configuration, Now)
        {
            Inherited = Uncommitted(),
            CheckQuorum = new CheckQuorum(Now, _settings.ElectionTimeoutMax, _settings.ElectionTimeoutMin),
            Favourite = new Favourite(2 * _settings.ElectionTimeoutMax, _settings.ElectionTimeoutMin),
            LogClock = new LogClock(_log.LastTime, _settings.Clock.GetUtcNow(), Now),
        };
        Timers.StartPeriodicTimer(Heartbeat.Instance, Heartbeat.Instance, _settings.HeartbeatInterval);

        // The first entry of its term, by which those of earlier terms commit (paper, section 8). A founder's is the configuration, which binds the members to their stores.
        if (_log.IsEmpty)
            AppendConfiguration(configuration.Beginning(_random.NewIdentity(_settings), 1));
        else
            Append(EntryKind.NoOp, Payload.Empty);
        if (_digest.Exists)
            CompareDigests(_self.Id, _digest);
        // Only now: what clients proposed while there was no leader is appended at once, and a log that begins with a command binds nobody.
        SetLeader(new LeaderInfo(_self, _storeId, Term, _hardState.GroupId));
    }

    private void Leader(object message)
    {
        switch (message)
        {
            case IProposal request: OnPropose(request); break;
            case PeerMessage peer when !Accept(peer): break; // Counted, and named in the log.

            // Its followers' answers, and time to send them more.
            case AppendEntriesReply reply: OnAppendEntriesReply(reply); break;
            case InstallSnapshotReply reply: OnInstallSnapshotReply(reply); break;
            case Heartbeat: OnHeartbeat(); break;

            // Requests, of clients of this node and forwarded by other peers.
            case Query query: OnQuery(query); break;
            case ForwardProposal proposal: OnForwardProposal(proposal); break;
            case ReadIndex request: OnReadIndex(request); break;
            case ConfirmLeadership request: OnConfirmLeadership(request); break;
            case TransferLeadership transfer: OnTransferLeadership(transfer); break;
            case ForwardTransfer transfer: OnForwardTransfer(transfer); break;
            case PrepareToStop: OnPrepareToStopAsLeader(); break;
            case Campaign campaign: RefuseCampaign(campaign, $"{_self.Id} is the leader already."); break;

            // Candidates, and leaders of other terms.
            case RequestVote request: OnRequestVote(request); break;
            case AppendEntries append: if (MakesWayFor(append.Header)) OnAppendEntries(append); break;
            case InstallSnapshot install: if (MakesWayFor(install.Header)) OnInstallSnapshot(install); break;
            case TimeoutNow order when order.Term > Term: OnTimeoutNow(order); break;

            // Ignored: it leads that term, or a later one.
            case TimeoutNow: break;
            // Ignored: the votes that it did not need.
            case RequestVoteReply: break;
            // Ignored: a majority knows it by its store, or it would not lead.
            case StoreReplaced: break;
            // Ignored: it leads again, and goes on with the change itself.
            case ChangeTimeout: break;
            // Ignored: it was still a follower when it lost the connection to the leader before it.
            case DisconnectGrace: break;

            default: ReceiveInAnyRole(message); break;
        }
    }

    /// <summary>Whether to hear what another leader says: not one of its own term, for there is only one.</summary>
    private bool MakesWayFor(PeerHeader leader)
    {
        if (leader.Term == Term)
            return DropSecondLeader(leader);
        if (leader.Term > Term)
            BecomeFollower(leader.Term, LeaderFrom(leader));
        return true;
    }

    private void OnHeartbeat()
    {
        var contact = _leading!.MajorityContact(Now);
        if (_leading.CheckQuorum.IsLost(contact, _leading.MajorityHasAnswered, Now))
        {
            Log.Warning(
                "{0}: no majority has answered for {1} ms; the leadership of term {2} ends.",
                PersistenceId, (long)(Now - contact).TotalMilliseconds, Term);
            BecomeFollower(Term, null);
            return;
        }
        NoteFreshness();
        NoteLag(_log.CommitIndex);
        NoteUndecided();
        ApplyLeaseSetting();
        RenewLease();
        SendHeartbeats();
        HandOverIfStalled();
        HandOverIfSetAside();
        HandOverToFavourite();
        ContinueTransfer(again: true);
        ContinueChange();
        LeaveJoint();
        IdentifyGroup();
        RecordAddresses();
        AskForDigests();
        Tick();
    }

    // While a session is open log time moves on although nothing happens: the session of a client that fell silent has to expire.
    private void Tick()
    {
        bool idle = _appliedIndex == _log.LastIndex && !IsHandingOver;
        if (idle && _openSessions > 0 && LogTime - _log.LastTime >= _settings.SessionTickInterval.TotalMilliseconds)
            Append(EntryKind.Tick, Payload.Empty);
    }

    private long LogTime => _leading!.LogClock.At(Now);

    private LogEntry Append(EntryKind kind, Payload payload, SessionStamp? session = null)
    {
        var entry = new LogEntry(_log.LastIndex + 1, Term, kind, LogTime, payload) { Session = session };
        AppendToLog(entry);
        RequestFlush();
        return entry;
    }

    private void AppendConfiguration(Configuration configuration)
    {
        Append(EntryKind.Configuration, configuration.ToPayload());
        _leading!.Configure(configuration, _log.LastIndex - 1, Now);
        // The answers that a round of reads had may suffice now; and if this peer is the last voter, no other comes.
        ConfirmReads();
    }

    private void LeaveLeadership()
    {
        if (_leading is not { } leading)
            return;
        _leading = null;
        Timers.Cancel(Heartbeat.Instance);
        StopSendingAll();
        AnswerProposals("The leader lost its leadership.");
        LeaveTransfer();
        LeaveChange();
        foreach (var read in leading.Reads.TakeAll())
            Retry(read);
    }

    private sealed record Heartbeat
    {
        public static readonly Heartbeat Instance = new();
    }
}
