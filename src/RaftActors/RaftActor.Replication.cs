using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Replication;

namespace RaftActors;

// AppendEntries, from both sides (paper, section 5.3).
internal sealed partial class RaftActor
{
    // What the leader of this term is still owed an answer for, because it is being written.
    private OwedReply? _owed;

    private void OnAppendEntries(AppendEntries append)
    {
        var header = append.Header;
        if (append.Term < Term)
        {
            // Without the context: it is of another term, in which contexts began anew, and the sender may lead the present one.
            Send(header.Address, new AppendEntriesReply(Header(header.StoreId), false, 0, 0, append.PrevLogIndex, default, 0));
            return;
        }

        if (!HearFrom(header))
            return;
        NoteLag(append.LeaderCommit);
        Learn(append.Stores);
        if (!_log.Has(append.PrevLogIndex, append.PrevLogTerm) || ContinuesAnotherFounding(append))
        {
            var conflict = ContinuesAnotherFounding(append) ? new LogConflict(0, _configurations.FirstOfGroup) : LogConflict.At(_log, append.PrevLogIndex);
            Send(header.Address, new AppendEntriesReply(Header(header.StoreId), false, 0, 0, append.PrevLogIndex, conflict, IsVerified ? append.ReadContext : 0)
            {
                Number = append.Number,
                Stores = StoresUnlike(append.StoresDigest),
            });
            return;
        }
        AppendReceived(append.Entries);
        if (_log.CommitTo(Math.Min(append.LeaderCommit, append.LastIndex)))
            OnCommitted();
        // A leader that has committed nothing in its own term may not know how far the log is committed (dissertation, section 6.4).
        if (_log.TermAt(Math.Min(append.LeaderCommit, _log.LastIndex)) == Term)
            _freshness.Heard(Now, append.LeaderCommit, _handedIndex);
        if (append.Entries.Count == 0)
        {
            Judge(append.Agreed);
            NoteUndecided(append.UndecidedAt);
        }
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
        _quietSince = Now;
        _leaderHeard = _quietSince;
        StopDisconnectGrace();
        return true;
    }

    private static LeaderInfo LeaderFrom(PeerHeader header) =>
        new(new Membership.Member(header.MemberId, header.Address), header.StoreId, header.Term, header.DecidedGroupId);

    private bool DropSecondLeader(PeerHeader header) =>
        Drop("second leader", header.MemberId, $"it claims to lead term {Term}, as {_leader?.Member.Id} does");

    // Entries that are there already stay: the message may be an old one, and later ones may have been acknowledged since.
    private void AppendReceived(EntryBatch batch)
    {
        var entries = batch.Entries;
        int known = 0;
        while (known < entries.Length && _log.Has(entries[known].Index, entries[known].Term))
            known++;
        if (known == entries.Length)
            return;

        if (known > 0)
            batch = new EntryBatch(entries[known..].ToArray());
        TruncateLog(batch.FirstIndex - 1);
        foreach (var entry in batch.Entries)
            AppendToLog(entry);
        KeepReceived(batch);
        RequestFlush();
    }

    private void Acknowledge(AppendEntries append)
    {
        var reply = new OwedReply(append.Term, append.Header.Address, append.Header.StoreId, append.LastIndex, append.ReadContext, append.StoresDigest);
        bool durable = reply.Accepted <= _persistedIndex;
        // A heartbeat is answered at once, for what is durable; entries once they are.
        if (durable || append.Entries.Count == 0)
            SendAcknowledgement(reply, withDigest: append.Entries.Count == 0);
        if (!durable)
            _owed = reply with { Accepted = Math.Max(reply.Accepted, Owed?.Accepted ?? 0) };
    }

    // After a write; the term of the request must still be the present one.
    private void AcknowledgeWritten()
    {
        if (Owed is not { } owed)
        {
            _owed = null;
            return;
        }
        SendAcknowledgement(owed);
        if (owed.Accepted <= _persistedIndex)
            _owed = null;
    }

    private OwedReply? Owed => _owed is { } owed && owed.Term == Term ? owed : null;

    // One that may have forgotten that it follows a later leader confirms nothing: neither entries nor that this one leads.
    private void SendAcknowledgement(OwedReply reply, bool withDigest = false) => Send(
        reply.Address,
        new AppendEntriesReply(
            Header(reply.StoreId), true, IsVerified ? Math.Min(reply.Accepted, _persistedIndex) : 0, reply.Accepted, 0, default, IsVerified ? reply.ReadContext : 0)
        {
            Stores = StoresUnlike(reply.StoresDigest),
            Digest = withDigest ? _digest : default,
            RebuildFrom = RebuildFrom,
        });

    private void SendHeartbeats()
    {
        NoteConfirmedByFollowers();
        bool tells = _confirmedUntold;
        _confirmedUntold = false;
        foreach (var follower in _leading!.Followers)
        {
            var heartbeat = AppendEntriesTo(follower, EntryBatch.Empty);
            Send(AddressOf(follower.Voter), tells || follower.Progress.KnowsOtherStores ? heartbeat with { Stores = StoreRecords() } : heartbeat);
            SendEntries(follower);
            SendRebuild(follower);
        }
        StopSendingToSilent();
        if (_compactionIsHeld)
            CompactLog();
    }

    private void SendToFollowers()
    {
        foreach (var follower in _leading!.Followers)
            SendEntries(follower);
    }

    // Entries that gather while a write is under way travel with it when their turn comes, as one message; only a follower that has nothing else to do gets them before.
    private void SendEntries(Follower follower)
    {
        // Of a store that is not known yet, nobody can say whether it is of this group. It answers a heartbeat, and is bound.
        if (!follower.Voter.IsBound)
            return;
        var progress = follower.Progress;
        if (progress.State == ProgressState.Snapshot && progress.NextIndex > _log.BaseIndex)
        {
            // It has caught up in another way: by what it was sent before.
            progress.SnapshotEnded(null);
            StopSending(follower.Voter.Id);
        }
        if (progress.NextIndex <= _log.BaseIndex)
        {
            SendSnapshot(follower);
            return;
        }
        while (progress.MaySend)
        {
            long last = progress.Inflight == 0 ? _log.LastIndex : _issuedIndex;
            long from = progress.NextIndex;
            if (from > last)
                return;
            long to = Math.Min(last, _log.LastOfBatch(from, _settings.MaxBatchEntries, _settings.MaxBatchBytes));
            Send(AddressOf(follower.Voter), AppendEntriesTo(follower, _leading!.Batch(_log, _writing, from, to)));
            progress.Sent(to);
        }
    }

    private AppendEntries AppendEntriesTo(Follower follower, EntryBatch entries)
    {
        long previous = follower.Progress.NextIndex - 1;
        // Where every log agrees: of what is compacted the leader knows the term no more.
        if (previous < _log.BaseIndex)
            previous = 0;
        return new AppendEntries(Header(follower.Voter.StoreId), previous, previous == 0 ? 0 : _log.TermAt(previous), _log.CommitIndex, _leading!.Reads.Context, entries)
        {
            Number = follower.Progress.NextNumber(),
            StoresDigest = _stores.Digest,
            Agreed = entries.Count == 0 ? _leading.Digests.Agreed : default,
            UndecidedAt = entries.Count == 0 ? _leading.UndecidedAt : 0,
        };
    }

    private void OnAppendEntriesReply(AppendEntriesReply reply)
    {
        var header = reply.Header;
        if (_leading!.Find(header.MemberId) is not { } follower || !Counts(header, follower))
            return;
        if (reply.Term != Term)
        {
            if (reply.Term > Term)
                BecomeFollower(reply.Term, null);
            return;
        }

        var progress = follower.Progress;
        progress.Heard(Now, reply.ReadContext, !header.IsVerifying);
        // Before it is counted: it was said by one that knew these incarnations.
        Learn(reply.Stores);
        if (_leading is null)
            return;
        progress.KnowsOtherStores = reply.Stores.Count > 0;
        if (reply.Success)
        {
            NoteDigestOf(follower, reply);
            if (progress.Accepted(reply.MatchIndex, reply.AcceptedIndex, !header.IsVerifying))
                AdvanceCommit();
        }
        else
        {
            progress.Rejected(_log, reply.RejectedIndex, reply.Conflict, reply.Number);
        }
        // It may just have committed the end of its membership.
        if (_leading is null)
            return;
        ConfirmLease();
        ConfirmReads();
        ContinueTransfer();
        ContinueChange();
        SendEntries(follower);
    }

    // Replies under another store do not count, and their sender is told to stop.
    private bool Counts(PeerHeader header, Follower follower)
    {
        var voter = follower.Voter;
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

    // Only entries of the own term commit by counting; earlier ones with them (paper, section 5.4.2 and Figure 8).
    private void AdvanceCommit()
    {
        long reached = _leading!.MajorityMatch(_persistedIndex);
        if (reached > _log.CommitIndex && _log.TermAt(reached) == Term && _log.CommitTo(reached))
            OnCommitted();
    }

    private void OnCommitted()
    {
        OnConfigurationCommitted();
        FeedStateMachine();
        FeedSubscribers();
        if (_leading is { Reads.WantsRound: true })
            RequestFlush();
    }

    private readonly record struct OwedReply(long Term, string Address, string StoreId, long Accepted, long ReadContext, ulong StoresDigest);
}
