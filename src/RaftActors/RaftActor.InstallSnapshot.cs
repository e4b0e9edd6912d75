using Akka.Actor;
using Akka.Event;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// InstallSnapshot, from both sides (paper, section 7 and Figure 13).
internal sealed partial class RaftActor
{
    private readonly Dictionary<string, SentSnapshot> _sent = [];

    // ---- The follower

    private void OnInstallSnapshot(InstallSnapshot install)
    {
        if (install.Term < Term)
        {
            Reply(install.Snapshot, 1, installed: false, install.Header);
            return;
        }
        if (!HearFrom(install.Header))
            return;
        var snapshot = install.Snapshot;
        if (IsInLog(snapshot) && !IsForRebuild(snapshot))
        {
            Reply(snapshot, 1, installed: true, install.Header);
            return;
        }
        // While an image of the state machine is on its way there is no other one: that state machine was promised to be asked for one at a time. The leader sends the chunk again.
        switch (_work)
        {
            case SnapshotWork.Receiving receiving when receiving.Snapshot.Equals(snapshot):
                _work = receiving with { GroupId = install.Header.DecidedGroupId };
                receiving.Receiver.Tell(new ReceivedChunk(install.Chunk, install.Data), Self);
                break;
            case SnapshotWork.Receiving:
                AbandonSnapshotWork(); // The leader's word counts; it will ask again.
                break;
            case SnapshotWork.Writing:
                FailSnapshot("the leader sends its own, which goes before"); // For a while no other is begun, or the leader's would never find its turn.
                break;
            case null:
                Receive(install);
                break;
        }
    }

    private void Receive(InstallSnapshot install)
    {
        // That an own one cannot be read, again and again, is no reason to do without the leader's.
        if (_machine.Failures > 2 || IsSetAside)
            StartPruning();
        if (FreeSlot() is not { } slot)
            return; // Old ones are being deleted; the leader sends it again.
        var receiver = Context.ActorOf(SnapshotReceiver.Props(Chunks(slot), install.Snapshot.Content), $"receive-snapshot-{++_snapshotActors}");
        Context.Watch(receiver);
        _work = new SnapshotWork.Receiving(install.Snapshot, slot, receiver, install.Header.DecidedGroupId);
        receiver.Tell(new ReceivedChunk(install.Chunk, install.Data), Self);
    }

    // The leader has committed what it has in a snapshot.
    private bool IsInLog(Snapshot snapshot)
    {
        if (snapshot.LastIncludedIndex <= _log.CommitIndex)
            return true;
        if (_log.TermAt(snapshot.LastIncludedIndex) != snapshot.LastIncludedTerm)
            return false;
        if (_log.CommitTo(snapshot.LastIncludedIndex))
            OnCommitted();
        return true;
    }

    private void OnChunkWanted(ChunkWanted wanted)
    {
        if (_work is SnapshotWork.Receiving receiving && Sender.Equals(receiving.Receiver) && FollowedLeader is { } leader)
            Reply(receiving.Snapshot, wanted.Number, installed: false, leader);
    }

    // Made durable first: chunks, manifest, and the event that it counts from now on. No entries are written meanwhile, so that none of the former log follows the manifest.
    private void OnSnapshotReceived(IActorRef receiver)
    {
        if (_work is not SnapshotWork.Receiving receiving || !receiver.Equals(receiving.Receiver))
            return;
        Context.Unwatch(receiver);
        Context.Stop(receiver);
        if (IsInLog(receiving.Snapshot) && IsForRebuild(receiving.Snapshot))
        {
            // The log stays. From here on it is as if this peer had taken the snapshot itself.
            _work = new SnapshotWork.Saving(new StoredSnapshot(0, ManifestOfLeader(receiving.Snapshot, receiving.Slot, 0, receiving.GroupId)), IsRebuild: true);
            SaveTaken();
            return;
        }
        if (IsInLog(receiving.Snapshot) || _leading is not null)
        {
            Prune(receiving.Slot);
            EndSnapshotWork(null);
            return;
        }
        _work = new SnapshotWork.Installing(new StoredSnapshot(0, ManifestOfLeader(receiving.Snapshot, receiving.Slot, 0, receiving.GroupId)), IsSaved: false);
        SaveInstalled();
    }

    // Not before the write that is under way is done: its entries may be none of the log that the snapshot goes on with.
    private void SaveInstalled()
    {
        if (_writeInFlight || _work is not SnapshotWork.Installing { Stored.SequenceNr: 0 } installing)
            return;
        var manifest = installing.Stored.Manifest;
        var stored = new StoredSnapshot(LastSequenceNr, ManifestOfLeader(manifest.Snapshot, manifest.Slot, LastSequenceNr, manifest.HardState.GroupId));
        _work = installing with { Stored = stored };
        Save(stored);
    }

    private void OnInstalled(SnapshotInstalled installed)
    {
        _ = installed; // It is what _work says.
        _writeInFlight = false;
        var work = (SnapshotWork.Installing)_work!;
        var snapshot = work.Stored.Manifest.Snapshot;
        // Unless the entries came in another way meanwhile. A leader always has them (paper, Leader Completeness), and what it appended since is its followers' too.
        var former = _snapshot;
        bool isRebuilt = NoteRebuilt(work.Stored);
        if (!IsInLog(snapshot))
            SwitchLog(work.Stored);
        else if (isRebuilt)
            ReplaceStateMachine(work.Stored);
        Keep(work.Stored, former);
        EndSnapshotWork(work.Stored);
        AfterWrite();
        if (FollowedLeader is { } leader)
            Reply(snapshot, 1, installed: true, leader);
    }

    private void SwitchLog(StoredSnapshot stored)
    {
        var snapshot = stored.Manifest.Snapshot;
        if (_leading is not null)
            throw new InvariantViolationException($"The leader of term {Term} has a log up to {_log.LastIndex}, without entry {snapshot.LastIncludedIndex}, which was committed in term {snapshot.LastIncludedTerm}.");
        Log.Info("{0}: a snapshot of the leader takes the place of the log, which ended at {1}: it goes on after {2}.", PersistenceId, _log.LastIndex, snapshot.LastIncludedIndex);
        _log.Reset(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.LastIncludedTime);
        _configurations.Reset(snapshot.ConfigurationIndex, snapshot.Configuration);
        DecideGroup(snapshot.Configuration, stored.Manifest.HardState.GroupId);
        LoseChangeAfter(snapshot.ConfigurationIndex);
        _events.Clear();
        _persistedIndex = _issuedIndex = snapshot.LastIncludedIndex;
        _pendingAck = null;
        _received.Clear();
        _writing = [];
        ReplaceStateMachine(stored);
    }

    private void Reply(Snapshot snapshot, int nextChunk, bool installed, LeaderInfo leader) =>
        Send(leader.Member.Address, new InstallSnapshotReply(Header(leader.StoreId), snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, nextChunk, installed));

    private void Reply(Snapshot snapshot, int nextChunk, bool installed, PeerHeader leader) =>
        Send(leader.Address, new InstallSnapshotReply(Header(leader.StoreId), snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, nextChunk, installed));

    // ---- The leader

    private void SendSnapshot(Follower follower)
    {
        var progress = follower.Progress;
        // Not to one that is down: it would be sent the first chunk over and over.
        if (IsSetAside || _snapshot is not { } stored || _sent.ContainsKey(follower.Voter.Id) || Now - progress.LastContact >= _settings.ElectionTimeoutMax)
            return;
        if (IsDamaged)
        {
            ConsiderSnapshot();
            return;
        }
        StartSending(follower, stored, isRebuild: false);
    }

    private void StartSending(Follower follower, StoredSnapshot stored, bool isRebuild)
    {
        var snapshot = stored.Manifest.Snapshot;
        var sending = new Sending(Header(follower.Voter.StoreId), follower.Voter.Id, AddressOf(follower.Voter), snapshot, Chunks(stored.Manifest.Slot));
        var sender = Context.ActorOf(SnapshotSender.Props(sending, _settings, _resolver), $"send-snapshot-{++_snapshotActors}");
        _sent.Add(follower.Voter.Id, new SentSnapshot(follower.Voter with { Address = AddressOf(follower.Voter) }, snapshot.LastIncludedIndex, stored.Manifest.Slot, sender, isRebuild));
        if (isRebuild)
        {
            Log.Info("{0}: sends the snapshot up to {1} to {2}, whose replica differs.", PersistenceId, snapshot.LastIncludedIndex, follower.Voter.Id);
            return;
        }
        follower.Progress.SendsSnapshot();
        Log.Info("{0}: sends the snapshot up to {1} to {2}, whose log ends before {3}.", PersistenceId, snapshot.LastIncludedIndex, follower.Voter.Id, _log.FirstIndex);
    }

    private void OnInstallSnapshotReply(InstallSnapshotReply reply)
    {
        var header = reply.Header;
        if (_leading!.Find(header.MemberId) is not { } follower || !IsBoundStore(header, follower))
            return;
        if (reply.Term != Term)
        {
            if (reply.Term > Term)
                BecomeFollower(reply.Term, null);
            return;
        }
        follower.Progress.Heard(Now, 0, !header.IsVerifying);
        if (!_sent.TryGetValue(header.MemberId, out var sent) || sent.LastIncludedIndex != reply.LastIncludedIndex)
            return;
        if (!reply.Installed)
        {
            sent.Sender.Tell(reply, Self);
            return;
        }
        EndSending(follower.Progress, sent, sent.LastIncludedIndex);
        StopSending(follower.Voter.Id);
        SendEntries(follower);
    }

    // A follower whose replica is built anew gets entries all the while, unless its log ends before the snapshot.
    private static void EndSending(FollowerProgress? progress, SentSnapshot sent, long? installed)
    {
        if (installed is not null && progress is not null)
            progress.RebuildFrom = 0;
        if (!sent.IsRebuild || progress?.NextIndex <= installed)
            progress?.SnapshotEnded(installed);
    }

    private void OnSendingFailed(SendingFailed failed)
    {
        if (!_sent.TryGetValue(failed.MemberId, out var sent) || !Sender.Equals(sent.Sender))
            return;
        Log.Warning("{0}: the snapshot up to {1} cannot be sent to {2}: {3}.", PersistenceId, sent.LastIncludedIndex, failed.MemberId, failed.Problem);
        if (_snapshot is { } stored && stored.Manifest.Slot == sent.Slot && stored.Manifest.Snapshot.LastIncludedIndex == sent.LastIncludedIndex)
            _damaged = stored;
        StopSending(failed.MemberId);
        EndSending(_leading?.Find(failed.MemberId)?.Progress, sent, null);
        ConsiderSnapshot();
    }

    // A follower that has been silent for long gets no more; when it answers a heartbeat, it is sent what is needed then.
    private void StopSendingToSilent()
    {
        if (_sent.Count == 0)
            return;
        foreach (string memberId in _sent.Keys.ToArray())
        {
            var follower = _leading!.Find(memberId);
            var progress = follower?.Progress;
            var sent = _sent[memberId];
            // One that was removed and added again, at another address or with another store, is not who it is sent to.
            bool isSame = follower is not null && (AddressOf(follower.Voter), follower.Voter.StoreId) == (sent.To.Address, sent.To.StoreId);
            if (isSame && Now - progress!.LastContact < 10 * _settings.ElectionTimeoutMax)
                continue;
            StopSending(memberId);
            EndSending(progress, sent, null);
        }
    }

    private void StopSending(string memberId)
    {
        if (!_sent.Remove(memberId, out var sent))
            return;
        Context.Stop(sent.Sender);
        PruneIfUnused(sent.Slot);
        CompactLog();
    }

    private void StopSendingAll()
    {
        foreach (string memberId in _sent.Keys.ToArray())
            StopSending(memberId);
    }

    private bool IsSent(int slot)
    {
        foreach (var sent in _sent.Values)
            if (sent.Slot == slot)
                return true;
        return false;
    }

    /// <summary>The last entry that no follower needs any more which is sent a snapshot, or answers.</summary>
    private long OldestNeeded()
    {
        long oldest = long.MaxValue;
        if (_leading is not { } leading)
            return oldest;
        foreach (var follower in leading.Followers)
        {
            var progress = follower.Progress;
            long known = _sent.TryGetValue(follower.Voter.Id, out var sent) ? sent.LastIncludedIndex
                : progress.State == ProgressState.Replicate ? progress.MatchIndex : progress.NextIndex - 1;
            bool answers = sent is not null || Now - progress.LastContact < _settings.ElectionTimeoutMax;
            if (answers && known >= _log.BaseIndex)
                oldest = Math.Min(oldest, known);
        }
        return oldest;
    }

    /// <summary>A snapshot on its way to a follower.</summary>
    private sealed record SentSnapshot(Voter To, long LastIncludedIndex, int Slot, IActorRef Sender, bool IsRebuild);
}
