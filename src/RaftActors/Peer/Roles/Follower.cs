using Akka.Event;
using Akka.Remote;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// A follower answers leaders and candidates. It campaigns when it hears of neither for an election timeout (paper,
// Figure 2, "Rules for Servers: Followers"; sections 5.2 to 5.4).
internal sealed partial class RaftActor
{
    private readonly ElectionClock _electionClock = new();

    // The acknowledgement to send once the entries are durable.
    private PendingAcknowledgement? _pendingAck;

    /// <summary>Follows, in its own term or a later one.</summary>
    /// <param name="term">The term.</param>
    /// <param name="leader">The leader of that term, if it is known.</param>
    /// <param name="formerAnswers">Whether the leader until now hands over its leadership, and so still
    /// answers.</param>
    private void BecomeFollower(long term, LeaderInfo? leader, bool formerAnswers = false)
    {
        if (term > Term)
        {
            _writeAhead.EnterTerm(term);
            _electionClock.ForgetLeader();
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

    // ---- It answers the leader: AppendEntries, receiver implementation (Figure 2; section 5.3).

    private void OnAppendEntries(AppendEntries append)
    {
        var header = append.Header;
        // 1. Refuse a message of an earlier term. Without its read context: that is of another term, in which contexts
        // began anew, and the sender may lead the present one.
        if (append.Term < Term)
        {
            var refusal = new AppendEntriesReply(Header(header.StoreId), false, 0, 0, append.PrevLogIndex, default, 0);
            Send(header.Address, refusal);
            return;
        }

        if (!HearFrom(header))
            return;
        _watch.OnCommitKnown(append.LeaderCommit, Now);
        _introductions.Learn(append.Stores);
        // 2. Refuse it if the log has no entry at the previous index, or one of another term.
        bool continuesAnotherFounding = _identity.ContinuesAnotherFounding(append);
        if (continuesAnotherFounding || !_raftLog.Has(append.PrevLogIndex, append.PrevLogTerm))
        {
            var conflict = continuesAnotherFounding
                ? new LogConflict(0, _configurations.FirstOfGroup)
                : LogConflict.At(_raftLog, append.PrevLogIndex);
            Reject(append, conflict);
            return;
        }
        // 3. and 4. Delete what conflicts, and append what is not there yet.
        AppendReceived(append.Entries);
        _traces.Received(append, PersistedIndex);
        // 5. Commit what the leader has committed, but not beyond the last entry of the message.
        if (_raftLog.CommitTo(Math.Min(append.LeaderCommit, append.LastIndex)))
            OnCommitted();
        // A leader that has committed nothing in its own term may not know how far the log is committed (dissertation,
        // section 6.4).
        if (_raftLog.TermAt(Math.Min(append.LeaderCommit, _raftLog.LastIndex)) == Term)
            _reads.HeardCommit(Now, append.LeaderCommit);
        if (append.Entries.Count == 0)
        {
            _replica.Judge(append.Agreed);
            _replica.NoteUndecided(append.UndecidedAt);
        }
        if (append.Rests && MayRest && _rest.OnAsked(append))
            RestFromElections();
        else
            Wake();
        Acknowledge(append);
    }

    /// <summary>Hears the leader of its term, or of a later one.</summary>
    /// <returns>Whether that is the only leader of the term.</returns>
    private bool HearFrom(PeerHeader header)
    {
        if (header.Term > Term)
            BecomeFollower(header.Term, LeaderFrom(header));
        else if (_leader is null)
            SetLeader(LeaderFrom(header));
        else if (_leader.Member.Id != header.MemberId || _leader.StoreId != header.StoreId)
            return DropSecondLeader(header);
        _electionClock.HeardLeader(Now);
        StopTimer(DisconnectGrace.Instance);
        return true;
    }

    private static LeaderInfo LeaderFrom(PeerHeader header) =>
        new(new Member(header.MemberId, header.Address), header.StoreId, header.Term, header.DecidedGroupId);

    private bool DropSecondLeader(PeerHeader header) =>
        _filter.Drop("second leader", header.MemberId, $"it claims to lead term {Term}, as {_leader?.Member.Id} does");

    // Entries that are there already stay: the message may be an old one, and later ones may have been acknowledged
    // since.
    private void AppendReceived(EntryBatch batch)
    {
        var entries = batch.Entries;
        int known = 0;
        while (known < entries.Length && _raftLog.Has(entries[known].Index, entries[known].Term))
            known++;
        if (known == entries.Length)
            return;

        if (known > 0)
            batch = new EntryBatch(entries[known..].ToArray());
        if (_writeAhead.TruncateAfter(batch.FirstIndex - 1))
        {
            _changes.OnLogTruncated(batch.FirstIndex - 1);
            _traces.Truncated(batch.FirstIndex - 1);
        }
        _writeAhead.Append(batch);
        RequestFlush();
    }

    private void Reject(AppendEntries append, LogConflict conflict)
    {
        var header = append.Header;
        long readContext = _ownStore.IsVerified ? append.ReadContext : 0;
        Send(
            header.Address,
            new AppendEntriesReply(Header(header.StoreId), false, 0, 0, append.PrevLogIndex, conflict, readContext)
            {
                Number = append.Number,
                Stores = _stores.Unlike(append.StoresDigest),
            });
    }

    private void Acknowledge(AppendEntries append)
    {
        var header = append.Header;
        var ack = new PendingAcknowledgement(
            append.Term, header.Address, header.StoreId, append.LastIndex, append.ReadContext, append.StoresDigest);
        bool durable = ack.Accepted <= _writeAhead.PersistedIndex;
        // A heartbeat is answered at once, for what is durable; entries once they are durable.
        if (durable || append.Entries.Count == 0)
            SendAcknowledgement(ack, withDigest: append.Entries.Count == 0);
        if (!durable)
            _pendingAck = ack with { Accepted = Math.Max(ack.Accepted, PendingAck?.Accepted ?? 0) };
    }

    // After a write; the term of the request must still be the present one.
    private void AcknowledgeWritten()
    {
        if (PendingAck is not { } ack)
        {
            _pendingAck = null;
            return;
        }
        SendAcknowledgement(ack);
        if (ack.Accepted <= _writeAhead.PersistedIndex)
            _pendingAck = null;
    }

    private PendingAcknowledgement? PendingAck => _pendingAck is { } ack && ack.Term == Term ? ack : null;

    // A peer that may have forgotten that it follows a later leader confirms nothing: neither entries nor the
    // leadership.
    private void SendAcknowledgement(PendingAcknowledgement ack, bool withDigest = false)
    {
        long match = _ownStore.IsVerified ? Math.Min(ack.Accepted, _writeAhead.PersistedIndex) : 0;
        long readContext = _ownStore.IsVerified ? ack.ReadContext : 0;
        Send(
            ack.Address,
            new AppendEntriesReply(Header(ack.StoreId), true, match, ack.Accepted, 0, default, readContext)
            {
                Stores = _stores.Unlike(ack.StoresDigest),
                Digest = withDigest ? _replica.Digest : default,
                RebuildFrom = RebuildFrom,
                Rests = withDigest && _rest.IsResting,
            });
    }

    // ---- It answers candidates: RequestVote, receiver implementation (Figure 2; sections 5.2 and 5.4.1).

    /// <summary>Answers a candidate. So does a server of another role: before, it follows the later term, if there is
    /// one.</summary>
    /// <param name="request">What the candidate asks.</param>
    /// <param name="makesWay">Whether this peer, if it campaigns itself, makes way for the candidate.</param>
    private void OnRequestVote(RequestVote request, bool makesWay = true)
    {
        var header = request.Header;
        // A server that hears a leader does not even take the later term (section 6; dissertation, section 4.2.3).
        bool ignored = (HearsLeader || IsBoundByLease) && !request.Transfer;
        if (!ignored && !request.PreVote && request.Term > Term)
            BecomeFollower(request.Term, null, formerAnswers: request.Transfer && FollowedLeader is not null);

        bool isFree = request.PreVote
            ? request.ElectionTerm > Term
            : request.Term == Term && _writeAhead.HardState.MayVoteFor(header.MemberId, header.StoreId);
        bool granted = !ignored && isFree
            && _raftLog.IsUpToDate(request.LastLogIndex, request.LastLogTerm)
            && _ownStore.IsVerified
            && _ownStore.MeetsFloor(request.LastLogTerm, request.LastLogIndex)
            && makesWay
            && MayVoteFor(request);
        if (granted && !request.PreVote)
        {
            // It has asked for pre-votes, and another candidate was faster.
            if (_election is { PreVote: true })
                BecomeFollower(Term, null);
            _writeAhead.Vote(header.MemberId, header.StoreId);
            _electionClock.GrantedVote(Now);
            RequestFlush();
        }
        Send(
            header.Address,
            new RequestVoteReply(Header(header.StoreId), granted, request.PreVote, request.ElectionTerm)
            {
                LeaderAddress = _addresses.LeaderFor(header, _leader?.Member),
                Stores = _stores.Unlike(request.StoresDigest),
            });
        _removal.Tell(header);
    }

    /// <summary>Whether a leader is known to live, so that no candidate can be right (stickiness).</summary>
    private bool HearsLeader
    {
        get
        {
            var heard = _leading is { } leading ? leading.MajorityContact(Now) : _electionClock.LeaderHeard;
            return Now - heard < _settings.ElectionTimeoutMin || Now - _rest.LastContact < _settings.ElectionTimeoutMin;
        }
    }

    // A wiped disk under an old name has no vote: see Founding.
    private bool MayVoteFor(RequestVote request)
    {
        if (!_raftLog.IsEmpty)
            return Configuration.Find(_self.Id) is not { } self || self.StoreId == _storeId;
        return _bootstrapper.MayVoteFor(request);
    }

    // ---- It campaigns.

    /// <summary>Begins a new election timeout, of random length (section 5.2). Candidates have one, too.</summary>
    private void RestartElectionTimer()
    {
        var timeout = _random.Between(_settings.ElectionTimeoutMin, _settings.ElectionTimeoutMax);
        _electionClock.Restart(timeout, Now);
        StartElectionTimer(timeout);
    }

    /// <summary>
    /// Campaigns soon, to found the group, unless another peer does. The others grant their votes once they have heard
    /// of all stores, so this peer gives them the time of a heartbeat.
    /// </summary>
    private void FoundSoon()
    {
        _electionClock.Restart(_settings.HeartbeatInterval, Now);
        StartElectionTimer(_settings.HeartbeatInterval);
    }

    private void StartElectionTimer(TimeSpan left)
    {
        StartTimer(ElectionTimeout.Instance, left);
        _watch.LateTimers.OnStarted(Now + left);
    }

    private void OnElectionTimeout()
    {
        _watch.LateTimers.OnFired(Now);
        var left = _electionClock.Left(Now);
        if (left <= TimeSpan.Zero)
        {
            if (!MayCampaign || _election is not null)
                Settle();
            BecomePreCandidate("timeout");
        }
        else
            StartElectionTimer(left);
    }

    // Published also for attempts that never connected, and twice a loss: it only counts if the leader stays silent.
    private void OnDisassociated(DisassociatedEvent lost)
    {
        _forwarding.OnDisassociated(lost.RemoteAddress);
        // The watch of the node asks the other node on behalf of all groups that rest.
        if (!_rest.IsResting && NodeAddress.IsAt(_leader?.Member.Address, lost.RemoteAddress))
            OnLeaderLost();
    }

    private void OnLeaderLost()
    {
        // With leases it would break the promise.
        if (Timers.IsTimerActive(DisconnectGrace.Instance) || _leases.AreOn)
            return;
        var grace = _random.Between(_settings.DisconnectGraceMin, _settings.DisconnectGraceMax);
        StartTimer(DisconnectGrace.Instance, grace);
    }

    private void OnDisconnectGrace()
    {
        if (_leader is not { } leader || _leases.AreOn)
            return;
        Log.Info("{0}: the connection to the leader {1} was lost.", PersistenceId, leader.Member.Id);
        _electionClock.ForgetLeader();
        BecomePreCandidate("disconnected");
    }

    // The leader of its term, or of a later one, hands over its leadership to this peer (dissertation, section 3.10).
    private void OnTimeoutNow(TimeoutNow order)
    {
        if (order.Term > Term)
            BecomeFollower(order.Term, null);
        if (order.Term < Term || !MayCampaign || _transfers.IsStopping)
            return;
        Log.Info("{0}: {1} hands over its leadership of term {2}.", PersistenceId, order.Header.MemberId, order.Term);
        SetLeader(null, formerAnswers: true);
        ElectionBegan("transfer");
        BecomeCandidate(transfer: true);
    }

    /// <summary>An answer that the leader of a term waits for until the entries are durable.</summary>
    private readonly record struct PendingAcknowledgement(
        long Term, string Address, string StoreId, long Accepted, long ReadContext, ulong StoresDigest);

    private sealed record ElectionTimeout
    {
        public static readonly ElectionTimeout Instance = new();
    }

    private sealed record DisconnectGrace
    {
        public static readonly DisconnectGrace Instance = new();
    }
}
