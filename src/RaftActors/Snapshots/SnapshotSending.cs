using Akka.Actor;
using Akka.Event;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;

namespace RaftActors.Snapshots;

/// <summary>
/// The leader's side of InstallSnapshot (paper, section 7): it decides which followers are sent a snapshot. A
/// <see cref="SnapshotSender"/> sends it to each. A follower gets a snapshot if its next entry was compacted, or if its
/// replica differs and must be rebuilt.
/// </summary>
internal sealed class SnapshotSending
{
    private readonly IActorContext _context;
    private readonly RaftSettings _settings;
    private readonly ILoggingAdapter _logger;
    private readonly IPeerResolver _resolver;
    private readonly RaftLog _raftLog;
    private readonly StoredSnapshots _stored;
    private readonly SnapshotSlots _slots;
    private readonly IReplica _peer;
    private readonly Dictionary<string, SentSnapshot> _sent = [];
    private long _senders;

    public SnapshotSending(
        IActorContext context, RaftSettings settings, ILoggingAdapter logger, IPeerResolver resolver, RaftLog raftLog,
        StoredSnapshots stored, SnapshotSlots slots, IReplica peer)
    {
        _context = context;
        _settings = settings;
        _logger = logger;
        _resolver = resolver;
        _raftLog = raftLog;
        _stored = stored;
        _slots = slots;
        _peer = peer;
    }

    private TimeSpan Now => _settings.ElapsedTime(_context.System.Scheduler);

    /// <summary>Sends the latest snapshot to a follower that needs entries which have been compacted.</summary>
    /// <returns>Whether another snapshot must be taken first.</returns>
    public bool Send(Follower follower)
    {
        if (_peer.WhySetAside is not null || _stored.Latest is not { } latest)
            return false;
        // Send nothing to a follower that is down. It would be sent the first chunk again and again.
        if (IsSentTo(follower) || !Answers(follower))
            return false;
        if (_stored.IsDamaged)
            return true;
        Start(follower, latest, isRebuild: false);
        return false;
    }

    /// <summary>Sends a snapshot to a follower, if its replica is set aside.</summary>
    /// <returns>Whether another snapshot must be taken first.</returns>
    public bool SendForRebuild(Follower follower)
    {
        long from = follower.Progress.RebuildFrom;
        if (from == 0 || !Answers(follower) || IsSentTo(follower))
            return false;
        // Do not send a state that may itself be the wrong one.
        if (_peer.WhySetAside is not null || _peer.Leading!.Digests.IsUndecided)
            return false;
        if (_stored is not { IsDamaged: false, Latest: { } latest } || _stored.LastIncludedIndex < from)
            return true;
        Start(follower, latest, isRebuild: true);
        return false;
    }

    /// <summary>
    /// Whether a replica that is set aside needs a snapshot after an index, and this leader has applied enough entries
    /// for it.
    /// </summary>
    public bool IsRebuildWaitingBeyond(long index)
    {
        if (_peer.Leading is not { } leading)
            return false;
        foreach (var follower in leading.Followers)
            if (follower.Progress.RebuildFrom > index && follower.Progress.RebuildFrom <= _peer.AppliedIndex)
                return true;
        return false;
    }

    /// <summary>Called when a follower wants a chunk, or has installed the snapshot.</summary>
    /// <returns>Whether the follower has installed the snapshot, so that entries can follow.</returns>
    public bool OnReply(Follower follower, InstallSnapshotReply reply)
    {
        string memberId = follower.Server.Id;
        if (!_sent.TryGetValue(memberId, out var sent) || sent.LastIncludedIndex != reply.LastIncludedIndex)
            return false;
        if (!reply.Installed)
        {
            sent.Sender.Tell(reply, _context.Self);
            return false;
        }
        End(follower.Progress, sent, sent.LastIncludedIndex);
        return Stop(memberId);
    }

    /// <summary>Called when a sender cannot read the snapshot.</summary>
    /// <returns>Whether the snapshot was still being sent.</returns>
    public bool OnFailed(SendingFailed failed, IActorRef sender)
    {
        if (!_sent.TryGetValue(failed.MemberId, out var sent) || !sender.Equals(sent.Sender))
            return false;
        _stored.NoteDamaged(sent.Slot, sent.LastIncludedIndex);
        return Fail(failed.MemberId, sent, failed.Problem);
    }

    /// <summary>
    /// Called when a sender has stopped. A sender that stops without a message has failed. That says nothing about the
    /// snapshot, so the follower is sent the snapshot again.
    /// </summary>
    /// <returns>Whether the actor was a sender.</returns>
    public bool OnTerminated(IActorRef ended)
    {
        foreach (var (memberId, sent) in _sent)
            if (sent.Sender.Equals(ended))
                return Fail(memberId, sent, "its sender failed");
        return false;
    }

    private bool Fail(string memberId, SentSnapshot sent, string problem)
    {
        _logger.Warning(
            "{0}: the snapshot up to {1} cannot be sent to {2}: {3}.",
            _settings.PersistenceId, sent.LastIncludedIndex, memberId, problem);
        End(_peer.Leading?.Find(memberId)?.Progress, sent, null);
        return Stop(memberId);
    }

    /// <summary>
    /// Stops sending to followers that have been silent for a while. When such a follower answers a heartbeat, it is
    /// sent what it needs then.
    /// </summary>
    /// <returns>Whether there was such a follower.</returns>
    public bool StopToSilent()
    {
        if (_sent.Count == 0)
            return false;
        bool anyStopped = false;
        foreach (var (memberId, sent) in _sent.ToArray())
        {
            var follower = _peer.Leading!.Find(memberId);
            if (follower is not null && IsSameAs(follower, sent) && !IsSilent(follower))
                continue;
            End(follower?.Progress, sent, null);
            anyStopped |= Stop(memberId);
        }
        return anyStopped;
    }

    /// <summary>Stops sending to a member.</summary>
    /// <returns>Whether a snapshot was being sent to the member.</returns>
    public bool Stop(string memberId)
    {
        if (!_sent.Remove(memberId, out var sent))
            return false;
        _context.Unwatch(sent.Sender);
        _context.Stop(sent.Sender);
        _slots.Release(sent.Slot);
        return true;
    }

    /// <summary>Stops all sending.</summary>
    /// <returns>Whether a snapshot was being sent.</returns>
    public bool StopAll()
    {
        bool anyStopped = false;
        foreach (string memberId in _sent.Keys.ToArray())
            anyStopped |= Stop(memberId);
        return anyStopped;
    }

    /// <summary>
    /// The index up to which no follower needs entries, of the followers that are sent a snapshot or answer.
    /// </summary>
    public long OldestNeeded()
    {
        long oldest = long.MaxValue;
        if (_peer.Leading is not { } leading)
            return oldest;
        foreach (var follower in leading.Followers)
        {
            var progress = follower.Progress;
            bool isSent = _sent.TryGetValue(follower.Server.Id, out var sent);
            long known = isSent ? sent!.LastIncludedIndex
                : progress.State == ProgressState.Replicate ? progress.MatchIndex
                : progress.NextIndex - 1;
            if ((isSent || Answers(follower)) && known >= _raftLog.BaseIndex)
                oldest = Math.Min(oldest, known);
        }
        return oldest;
    }

    private bool IsSentTo(Follower follower) => _sent.ContainsKey(follower.Server.Id);

    private bool Answers(Follower follower) => SinceHeard(follower) < _settings.ElectionTimeoutMax;

    private bool IsSilent(Follower follower) => SinceHeard(follower) >= 10 * _settings.ElectionTimeoutMax;

    private TimeSpan SinceHeard(Follower follower) => Now - follower.Progress.LastContact;

    // Whether a follower is still the one to which the snapshot is being sent. A member that was removed and added
    // again, at another address or with another store, is not.
    private bool IsSameAs(Follower follower, SentSnapshot sent) =>
        (_peer.AddressOf(follower.Server), follower.Server.StoreId) == (sent.Address, sent.StoreId);

    private void Start(Follower follower, StoredSnapshot stored, bool isRebuild)
    {
        var (voter, progress) = follower;
        var (snapshot, slot) = (stored.Manifest.Snapshot, stored.Manifest.Slot);
        string address = _peer.AddressOf(voter);
        var sending = new Sending(_peer.Header(voter.StoreId), voter.Id, address, snapshot, _slots.Chunks(slot));
        var props = SnapshotSender.Props(sending, _settings, _resolver);
        var sender = _context.ActorOf(props, $"send-snapshot-{++_senders}");
        _context.Watch(sender);
        _slots.Hold(slot);
        long index = snapshot.LastIncludedIndex;
        _peer.Metrics.SnapshotSent(voter.Id);
        _sent.Add(voter.Id, new SentSnapshot(address, voter.StoreId, index, slot, sender, isRebuild));
        if (isRebuild)
        {
            _logger.Info(
                "{0}: sends the snapshot up to {1} to {2}, whose replica differs.",
                _settings.PersistenceId, index, voter.Id);
            return;
        }
        progress.SendsSnapshot();
        _logger.Info(
            "{0}: sends the snapshot up to {1} to {2}, whose log ends before {3}.",
            _settings.PersistenceId, index, voter.Id, _raftLog.FirstIndex);
    }

    // A follower whose replica is rebuilt gets entries all the while, unless its log ends before the snapshot.
    private static void End(FollowerProgress? progress, SentSnapshot sent, long? installed)
    {
        if (progress is null)
            return;
        if (installed is not null)
            progress.RebuildFrom = 0;
        if (!sent.IsRebuild || progress.NextIndex <= installed)
            progress.SnapshotEnded(installed);
    }

    /// <summary>A snapshot that is being sent to a follower.</summary>
    private sealed record SentSnapshot(
        string Address, string StoreId, long LastIncludedIndex, int Slot, IActorRef Sender, bool IsRebuild);
}
