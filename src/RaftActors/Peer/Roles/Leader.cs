using Akka.Event;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Replication;

namespace RaftActors;

// The leader of its term appends entries, sends them to its followers until their logs are its own, and commits what is
// on a majority (paper, Figure 2, "Rules for Servers: Leaders"; sections 5.3 and 5.4).
internal sealed partial class RaftActor
{
    private LeaderState? _leading;

    private void BecomeLeader(Configuration configuration)
    {
        EnterRole(RaftRole.Leader, Leader);
        StopTimer(ElectionTimeout.Instance);
        _electionClock.ForgetLeader();
        _leading = NewLeadership(configuration, confirmed: Now, _raftLog.LastIndex + 1, readContext: 0);
        StartHeartbeats();

        // The first entry of its term: entries of earlier terms commit with it (section 8). The entry of a founder is
        // the configuration, which binds the members to their stores.
        if (_raftLog.IsEmpty)
            AppendConfiguration(configuration.Beginning(_random.NewIdentity(_settings), 1));
        else
            Append(EntryKind.NoOp, Payload.Empty);
        _replica.CompareOwn();
        // Only now: what clients proposed while there was no leader is appended at once, and a log that begins with a
        // command binds nobody.
        SetLeader(new LeaderInfo(_self, _storeId, Term, _writeAhead.HardState.GroupId));
    }

    private LeaderState NewLeadership(
        Configuration configuration, TimeSpan confirmed, long firstIndex, long readContext) =>
        new(_self.Id, _raftLog.LastIndex, _settings.MaxInflightAppends, configuration, confirmed)
        {
            FirstIndex = firstIndex,
            Reads = new ReadIndexQueue(readContext),
            UncommittedAtElection = _raftLog.Uncommitted(),
            CheckQuorum = new CheckQuorum(Now, _settings.ElectionTimeoutMax, _settings.ElectionTimeoutMin),
            PreferredLeader = new PreferredLeader(2 * _settings.ElectionTimeoutMax, _settings.ElectionTimeoutMin),
            LogClock = new LogClock(_raftLog.LastTime, _settings.Clock.GetUtcNow(), Now),
            Digests = new DigestComparison(_settings, Now),
        };

    private void Leader(object message)
    {
        switch (message)
        {
            case IProposal request: Wake(); _requests.Lead(request, Sender); break;
            case PeerMessage peer when !Accept(peer): break; // Counted, and named in the log.

            // Its followers' answers, and time to send them more.
            case AppendEntriesReply reply: OnAppendEntriesReply(reply); break;
            case InstallSnapshotReply reply: OnInstallSnapshotReply(reply); break;
            case Heartbeat: OnHeartbeat(); break;

            // Requests, of clients of this node and forwarded by other peers.
            case Query query: _requests.Lead(query, Sender); break;
            case ForwardProposal proposal: _requests.Lead(proposal); break;
            case ReadIndex request: _requests.Lead(request); break;
            case ConfirmLeadership request: _requests.Lead(request, Sender); break;
            case TransferLeadership transfer: Wake(); _requests.Lead(transfer, Sender); break;
            case ForwardTransfer transfer: _requests.Lead(transfer); break;
            case Campaign campaign: RefuseCampaign(campaign, $"{_self.Id} is the leader already."); break;

            // Candidates, and leaders of other terms.
            case RequestVote request: OnRequestVote(request); break;
            case AppendEntries append: if (MakesWayFor(append.Header)) OnAppendEntries(append); break;
            case InstallSnapshot install: if (MakesWayFor(install.Header)) OnInstallSnapshot(install); break;
            case TimeoutNow order when order.Term > Term: OnTimeoutNow(order); break;

            // Ignored.
            case TimeoutNow: break; // It leads that term already, or a later one.
            case RequestVoteReply: break; // It has all the votes that it needs.
            case StoreReplaced: break; // A majority knows it by its store, or it would not lead.
            case MemberChanges.Timeout: break; // It leads again, and goes on with the change itself.
            case DisconnectGrace: break; // It lost the connection to the leader before it, while it was a follower.

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

    private void StartHeartbeats()
    {
        Timers.StartPeriodicTimer(Heartbeat.Instance, Heartbeat.Instance, _settings.HeartbeatInterval);
        _watch.LateTimers.OnStarted(Now + _settings.HeartbeatInterval);
    }

    private void OnHeartbeat()
    {
        _watch.LateTimers.OnFired(Now);
        _watch.LateTimers.OnStarted(Now + _settings.HeartbeatInterval);
        var contact = _leading!.MajorityContact(Now);
        if (_leading.CheckQuorum.IsLost(contact, _leading.MajorityHasAnswered, Now))
        {
            Log.Warning(
                "{0}: no majority has answered for {1} ms; the leadership of term {2} ends.",
                PersistenceId, (long)(Now - contact).TotalMilliseconds, Term);
            BecomeFollower(Term, null);
            return;
        }
        _reads.NoteStaleness();
        _watch.OnCommitKnown(_raftLog.CommitIndex, Now);
        _traces.EndOverdue(Now);
        _replica.CheckUndecided();
        ApplyLeaseSetting();
        _leases.Renew(_leading, Now);
        _rest.Look();
        SendHeartbeats();
        TransferIfStalled();
        TransferIfSetAside();
        TransferToPreferredLeader();
        _transfers.Continue(again: true);
        _changes.Continue();
        _changes.LeaveJoint();
        IdentifyGroup();
        RecordAddresses();
        _replica.AskIfDue(_rest.IsDue);
        Tick();
        RestIfAllDo();
    }

    // ---- It appends what clients ask for, and what the group needs itself.

    // While a session is open log time moves on although nothing happens: the session of a silent client has to expire.
    private void Tick()
    {
        bool idle = _machine.AppliedIndex == _raftLog.LastIndex && !IsTransferring;
        bool isDue = LogTime - _raftLog.LastTime >= _settings.SessionTickInterval.TotalMilliseconds;
        if (idle && isDue && _machine.OpenSessions > 0)
            Append(EntryKind.Tick, Payload.Empty);
    }

    private long LogTime => _leading!.LogClock.At(Now);

    private LogEntry Append(EntryKind kind, Payload payload, SessionStamp? session = null)
    {
        Wake();
        _rest.Stir();
        var entry = new LogEntry(_raftLog.LastIndex + 1, Term, kind, LogTime, payload) { Session = session };
        _writeAhead.Append(entry);
        _metrics.Appended();
        RequestFlush();
        return entry;
    }

    public void AppendConfiguration(Configuration configuration)
    {
        Append(EntryKind.Configuration, configuration.ToPayload());
        _leading!.Configure(configuration, _raftLog.LastIndex - 1, Now);
        // The answers that a round of reads had may suffice now; and if this peer is the last voter, no other comes.
        ConfirmReads();
    }

    // ---- It sends entries, from nextIndex on (Figure 2; section 5.3).

    private void SendHeartbeats()
    {
        _introductions.NoteConfirmed();
        bool tells = _stores.TakeUntold();
        foreach (var follower in _leading!.Followers)
        {
            follower.Progress.NoteLag(_raftLog, LogTime, Now);
            var heartbeat = AppendEntriesTo(follower, EntryBatch.Empty);
            if (tells || follower.Progress.KnowsOtherStores)
                heartbeat = heartbeat with { Stores = _stores.Records() };
            Send(_addresses.Of(follower.Server), heartbeat);
            SendEntries(follower);
            _snapshots.SendForRebuild(follower);
        }
        _snapshots.OnHeartbeatsSent();
    }

    private void SendToFollowers()
    {
        foreach (var follower in _leading!.Followers)
            SendEntries(follower);
    }

    // Entries that gather while a write is under way travel with it when their turn comes, as one message. Only a
    // follower that has nothing else to do gets them before.
    private void SendEntries(Follower follower)
    {
        // Nobody can say yet whether an unknown store is of this group. Its member answers a heartbeat, and is bound.
        if (!follower.Server.IsBound)
            return;
        var progress = follower.Progress;
        if (progress.State == ProgressState.Snapshot && progress.NextIndex > _raftLog.BaseIndex)
        {
            // The follower has caught up in another way: by what it was sent before.
            progress.SnapshotEnded(null);
            _snapshots.StopSendingTo(follower.Server.Id);
        }
        if (progress.NextIndex <= _raftLog.BaseIndex)
        {
            _snapshots.SendTo(follower);
            return;
        }
        while (progress.MaySend)
        {
            long last = progress.Inflight == 0 ? _raftLog.LastIndex : _writeAhead.IssuedIndex;
            long from = progress.NextIndex;
            if (from > last)
                return;
            long to = Math.Min(last, _raftLog.LastOfBatch(from, _settings.MaxBatchEntries, _settings.MaxBatchBytes));
            Send(_addresses.Of(follower.Server),
                AppendEntriesTo(follower, _leading!.Batch(_raftLog, _writeAhead.Writing, from, to)));
            progress.Sent(to);
        }
    }

    private AppendEntries AppendEntriesTo(Follower follower, EntryBatch entries)
    {
        long previous = follower.Progress.NextIndex - 1;
        // The leader no longer knows the terms of what is compacted. At index 0 every log agrees.
        if (previous < _raftLog.BaseIndex)
            previous = 0;
        long previousTerm = previous == 0 ? 0 : _raftLog.TermAt(previous);
        var header = Header(follower.Server.StoreId);
        return new AppendEntries(header, previous, previousTerm, _raftLog.CommitIndex, _leading!.Reads.Context, entries)
        {
            Number = follower.Progress.NextNumber(),
            StoresDigest = _stores.Known.Digest,
            Traces = _traces.Sending(follower.Server.Id, entries),
            Rests = entries.Count == 0 && _rest.IsAsking,
            Agreed = entries.Count == 0 ? _leading.Digests.Agreed : default,
            UndecidedAt = entries.Count == 0 ? _leading.Digests.UndecidedAt : 0,
        };
    }

    // ---- It counts what its followers have, and commits (Figure 2; section 5.4.2).

    private void OnAppendEntriesReply(AppendEntriesReply reply)
    {
        if (AnsweringFollower(reply) is not { } follower)
            return;
        var (header, progress) = (reply.Header, follower.Progress);
        progress.Heard(Now, reply.ReadContext, !header.IsVerifying);
        // Before the answer is counted: the follower that gave it knew these incarnations.
        _introductions.Learn(reply.Stores);
        if (_leading is null)
            return;
        progress.KnowsOtherStores = reply.Stores.Count > 0;
        _rest.OnReply(follower, reply.Rests);
        if (reply.Success)
        {
            _replica.OnReply(follower, reply);
            _traces.Replicated(header.MemberId, reply.MatchIndex);
            if (progress.Accepted(reply.MatchIndex, reply.AcceptedIndex, !header.IsVerifying))
                AdvanceCommit();
        }
        else
        {
            progress.Rejected(_raftLog, reply.RejectedIndex, reply.Conflict, reply.Number);
        }
        // The leader may just have committed the end of its own membership.
        if (_leading is null)
            return;
        _leases.Confirm(_leading);
        ConfirmReads();
        _transfers.Continue();
        _changes.Continue();
        SendEntries(follower);
        RestIfAllDo();
    }

    // The follower whose answer counts: of this term, and under the store that it is bound to.
    private Follower? AnsweringFollower(PeerMessage reply)
    {
        if (_leading!.Find(reply.Header.MemberId) is not { } follower || !IsBoundStore(reply.Header, follower))
            return null;
        if (reply.Term == Term)
            return follower;
        if (reply.Term > Term)
            BecomeFollower(reply.Term, null);
        return null;
    }

    // Replies under another store do not count, and their sender is told to stop.
    private bool IsBoundStore(PeerHeader header, Follower follower)
    {
        var voter = follower.Server;
        if (voter.StoreId == header.StoreId)
        {
            follower.Progress.Version = header.Version;
            return true;
        }
        if (voter.IsBound)
            Send(header.Address, new StoreReplaced(Header(header.StoreId)));
        else
            BindStore(header);
        return false;
    }

    // Only entries of the own term commit by counting; earlier ones commit with them (section 5.4.2 and Figure 8).
    private void AdvanceCommit()
    {
        long reached = _leading!.MajorityMatch(_writeAhead.PersistedIndex);
        if (reached > _raftLog.CommitIndex && _raftLog.TermAt(reached) == Term && _raftLog.CommitTo(reached))
            OnCommitted();
    }

    private void DropLeadership()
    {
        if (_leading is not { } leading)
            return;
        _leading = null;
        StopTimer(Heartbeat.Instance);
        _metrics.LeadershipEnded();
        _traces.LeadershipEnded();
        _snapshots.StopSending();
        _proposals.FailAppended("The leader lost its leadership.");
        _proposals.ReleaseHeld();
        _changes.OnLeadershipLost();
        DropReads(leading.Reads);
    }

    private sealed record Heartbeat
    {
        public static readonly Heartbeat Instance = new();
    }
}
