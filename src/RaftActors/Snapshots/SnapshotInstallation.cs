using Akka.Actor;
using Akka.Event;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Snapshots;

/// <summary>What <see cref="SnapshotInstallation"/> needs from its peer.</summary>
internal interface IInstallingPeer : IReplica
{
    /// <summary>The leader that the peer follows; <c>null</c> if it knows none.</summary>
    (string Address, string StoreId)? FollowedLeader { get; }

    /// <summary>
    /// Whether the peer cannot take a snapshot of its own state, now and for a while: its state machine fails again and
    /// again, or is set aside.
    /// </summary>
    bool IsWithoutState { get; }

    /// <summary>
    /// The index that a snapshot must include to replace a state that is set aside; 0 if the state is not set aside.
    /// </summary>
    long RebuildFrom { get; }

    /// <summary>Whether an event is being written.</summary>
    bool IsWriting { get; }

    /// <summary>Writes the next event with all changes, unless an event is being written.</summary>
    void Write();

    /// <summary>Called after an event is durable.</summary>
    void AfterWrite();

    /// <summary>Called when the commit index has moved.</summary>
    void OnCommitted();

    /// <summary>The manifest of a snapshot from the leader, with the durable state of the peer.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="slot">The slot of the snapshot's chunks.</param>
    /// <param name="groupId">The identity of the leader's group; empty if it is not decided.</param>
    SnapshotManifest ManifestOfLeader(Snapshot snapshot, int slot, string groupId);

    /// <summary>Replaces a state that is set aside by the state of a durable snapshot.</summary>
    void ReplaceState(SnapshotManifest manifest);

    /// <summary>
    /// Replaces the log by a durable snapshot. Everything that the peer knows about the former log is void, and so is
    /// its state machine.
    /// </summary>
    void ReplaceLog(SnapshotManifest manifest);
}

/// <summary>
/// The follower's side of InstallSnapshot (paper, section 7 and Figure 13), from the first chunk to the switched log.
/// A <see cref="SnapshotReceiver"/> stores the chunks. What follows depends on the log:
/// <list type="bullet">
/// <item>The log has come to include what the snapshot does: the snapshot is needless.</item>
/// <item>It has, but the state is set aside: the snapshot takes the place of the state, and the log stays.</item>
/// <item>It has not: the snapshot takes the place of the log, too.</item>
/// </list>
/// </summary>
/// <remarks>
/// State Machine Safety and durability depend on this class: the leader relies on a snapshot that this peer has called
/// installed. So the chunks, the manifest, and the event that says that the snapshot counts must be durable before the
/// peer says so. InstallSnapshotPeerSpec, FollowerDigestSpec and the simulation test this.
/// </remarks>
internal sealed class SnapshotInstallation
{
    private readonly IActorContext _context;
    private readonly RaftSettings _settings;
    private readonly ILoggingAdapter _logger;
    private readonly RaftLog _raftLog;
    private readonly StoredSnapshots _stored;
    private readonly SnapshotSlots _slots;
    private readonly LogCompaction _compaction;
    private readonly SnapshotTaking _taking;
    private readonly IPeerStore _store;
    private readonly IInstallingPeer _peer;
    private Work? _work;
    private TimeSpan _begun;
    private long _receivers;

    public SnapshotInstallation(
        IActorContext context, RaftSettings settings, ILoggingAdapter logger, RaftLog raftLog, StoredSnapshots stored,
        SnapshotSlots slots, LogCompaction compaction, SnapshotTaking taking, IPeerStore store, IInstallingPeer peer)
    {
        _context = context;
        _settings = settings;
        _logger = logger;
        _raftLog = raftLog;
        _stored = stored;
        _slots = slots;
        _compaction = compaction;
        _taking = taking;
        _store = store;
        _peer = peer;
    }

    /// <summary>
    /// Whether no entries may be written until a snapshot is installed, so that no entry of the former log follows the
    /// manifest in the journal.
    /// </summary>
    public bool HoldsEntries => _work is Work.Installing;

    /// <summary>The event that must be written now; <c>null</c> for none.</summary>
    public SnapshotInstalled? EventToWrite => _work is Work.Installing { IsManifestSaved: true, Snapshot: var snapshot }
        ? new SnapshotInstalled(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm)
        : null;

    // ---- 1. Chunks come from the leader

    /// <summary>Refuses a chunk of a leader of an earlier term.</summary>
    public void Refuse(InstallSnapshot install) =>
        Answer(install.Header.Address, install.Header.StoreId, install.Snapshot, 1, installed: false);

    /// <summary>Called when a chunk comes from the leader that this peer follows.</summary>
    public void OnChunk(InstallSnapshot install)
    {
        var (snapshot, leader) = (install.Snapshot, install.Header);
        if (CommitIfInLog(snapshot) && !IsForRebuild(snapshot))
        {
            Answer(leader.Address, leader.StoreId, snapshot, 1, installed: true);
            return;
        }
        switch (_work)
        {
            case Work.Receiving receiving when receiving.Snapshot.Equals(snapshot):
                _work = receiving with { GroupId = leader.DecidedGroupId };
                receiving.Receiver.Tell(new ReceivedChunk(install.Chunk, install.Data), _context.Self);
                break;
            case Work.Receiving:
                Abandon(); // The leader's snapshot counts. The leader sends the chunk again.
                break;
            case null when _taking.IsWritingChunks:
                // No other snapshot is begun for a while, or the leader's would never get its turn.
                _taking.Fail("the leader sends its own, which goes before");
                break;
            // While an image of the state machine is being made, no other image may be asked for: a state machine is
            // asked for one at a time. The leader sends the chunk again.
            case null when !_taking.IsBusy:
                StartReceiving(install);
                break;
        }
    }

    /// <summary>Called when all chunks before one are durable. The leader may send that one.</summary>
    public void OnChunkWanted(ChunkWanted wanted, IActorRef receiver)
    {
        if (_work is Work.Receiving receiving && receiver.Equals(receiving.Receiver))
            AnswerLeader(receiving.Snapshot, wanted.Number, installed: false);
    }

    /// <summary>
    /// Gives up a snapshot whose remaining chunks will not come, because the leader has sent entries instead.
    /// </summary>
    public void AbandonIfOvertaken()
    {
        if (_work is Work.Receiving { Snapshot: var snapshot } && snapshot.LastIncludedIndex <= _raftLog.CommitIndex
            && !IsForRebuild(snapshot))
            Abandon();
    }

    /// <summary>Gives up the present work.</summary>
    public void Abandon()
    {
        // A receiver stops once the store has answered its last request. Until then no other receiver is started.
        if (_work is Work.Receiving receiving)
        {
            receiving.Receiver.Tell(AbandonSnapshot.Instance, _context.Self);
            return;
        }
        bool heldEntries = HoldsEntries;
        EndWork();
        if (heldEntries)
            _peer.RequestFlush();
    }

    /// <summary>Called when a receiver has stopped before it had all chunks, because it was told to.</summary>
    public bool OnTerminated(IActorRef ended)
    {
        if (_work is not Work.Receiving receiving || !ended.Equals(receiving.Receiver))
            return false;
        EndWork();
        return true;
    }

    private void StartReceiving(InstallSnapshot install)
    {
        // A peer whose own snapshots cannot be read still takes the leader's.
        if (_stored.Latest is null || _peer.IsWithoutState)
            _slots.StartPruning();
        if (_slots.TakeFree() is not { } slot)
        {
            _slots.Postpone(install); // Old chunks are being deleted. If that takes long, the leader sends it again.
            return;
        }
        var props = SnapshotReceiver.Props(_slots.Chunks(slot), install.Snapshot.Content);
        var receiver = _context.ActorOf(props, $"receive-snapshot-{++_receivers}");
        _context.Watch(receiver);
        _taking.Pause();
        _begun = _peer.Now;
        _work = new Work.Receiving(install.Snapshot, slot, install.Header.DecidedGroupId, receiver);
        receiver.Tell(new ReceivedChunk(install.Chunk, install.Data), _context.Self);
    }

    // ---- 2. All chunks are durable

    /// <summary>Called when all chunks are in the store and have the checksum that the leader said.</summary>
    public void OnReceived(IActorRef receiver)
    {
        if (_work is not Work.Receiving receiving || !receiver.Equals(receiving.Receiver))
            return;
        _context.Unwatch(receiver);
        _context.Stop(receiver);
        var (snapshot, slot, groupId) = (receiving.Snapshot, receiving.Slot, receiving.GroupId);
        bool isInLog = CommitIfInLog(snapshot);
        if (isInLog && IsForRebuild(snapshot))
        {
            _work = new Work.Rebuilding(snapshot, slot, groupId);
            SaveManifest();
        }
        else if (isInLog || _peer.Leading is not null)
        {
            EndWork();
            _taking.Consider();
        }
        else
        {
            _work = new Work.Installing(snapshot, slot, groupId);
            SaveManifest();
        }
    }

    // ---- 3. The manifest

    /// <summary>Called when an event of the journal is durable. A manifest may have waited for that.</summary>
    public void OnLogWritten() => SaveManifest();

    private void SaveManifest()
    {
        switch (_work)
        {
            // The manifest is saved as for a snapshot that this peer takes itself: not before the entries that it
            // includes are durable. See SnapshotTaking.
            case Work.Rebuilding { Stored: null, Snapshot: var snapshot }
                when _peer.PersistedIndex >= snapshot.LastIncludedIndex:
                SaveManifest(_stored.LastCovered(snapshot.LastIncludedIndex));
                break;
            // Not before the write under way is finished. Its entries may not belong to the log that follows the
            // snapshot.
            case Work.Installing { Stored: null } when !_peer.IsWriting:
                SaveManifest(_store.LastSequenceNr);
                break;
        }
    }

    private void SaveManifest(long sequenceNr)
    {
        var work = (Work.WithAllChunks)_work!;
        var manifest = _peer.ManifestOfLeader(work.Snapshot, work.Slot, work.GroupId);
        _work = work with { Stored = _stored.Save(sequenceNr, manifest) };
    }

    /// <summary>
    /// Called when a manifest is saved. If the snapshot only replaces the state, that is all. If it replaces the log,
    /// an event must say so.
    /// </summary>
    public void OnManifestSaved(long sequenceNr)
    {
        if (_work is not Work.WithAllChunks { Stored: { } stored } || stored.SequenceNr != sequenceNr)
            return;
        switch (_work)
        {
            case Work.Rebuilding:
                _peer.ReplaceState(stored.Manifest);
                Finish(stored);
                AnswerLeader(stored.Manifest.Snapshot, 1, installed: true);
                break;
            case Work.Installing { IsManifestSaved: false } installing:
                _work = installing with { IsManifestSaved = true };
                _peer.Write();
                break;
        }
    }

    // ---- 4. The event, and the log

    /// <summary>
    /// Called when the event is durable that says that the snapshot counts. Replaces the log, and tells the leader.
    /// </summary>
    public void OnEventWritten()
    {
        var stored = ((Work.Installing)_work!).Stored!;
        var snapshot = stored.Manifest.Snapshot;
        // Unless the entries came in another way meanwhile. A leader always has them (paper, Leader Completeness), and
        // what it appended since is its followers' too.
        if (CommitIfInLog(snapshot))
            _peer.ReplaceState(stored.Manifest);
        else
            SwitchLog(stored.Manifest);
        Finish(stored);
        _peer.AfterWrite();
        AnswerLeader(snapshot, 1, installed: true);
    }

    private void SwitchLog(SnapshotManifest manifest)
    {
        var snapshot = manifest.Snapshot;
        if (_peer.Leading is not null)
        {
            throw new InvariantViolationException(
                $"A leader has a log up to {_raftLog.LastIndex}, without entry {snapshot.LastIncludedIndex}, "
                + $"which was committed in term {snapshot.LastIncludedTerm}.");
        }
        _logger.Info(
            "{0}: a snapshot of the leader takes the place of the log, which ended at {1}: it goes on after {2}.",
            _settings.PersistenceId, _raftLog.LastIndex, snapshot.LastIncludedIndex);
        _peer.ReplaceLog(manifest);
    }

    private void Finish(StoredSnapshot stored)
    {
        _peer.Metrics.SnapshotInstalled(_begun);
        _compaction.Keep(stored);
        EndWork();
        _taking.Publish(stored, isInstalled: true);
        _taking.OnStored(stored);
        _taking.Consider();
    }

    // ---- In all steps

    /// <summary>
    /// Whether the log includes the snapshot's last entry. The leader has committed that entry, so it is committed
    /// here.
    /// </summary>
    private bool CommitIfInLog(Snapshot snapshot)
    {
        if (snapshot.LastIncludedIndex <= _raftLog.CommitIndex)
            return true;
        if (_raftLog.TermAt(snapshot.LastIncludedIndex) != snapshot.LastIncludedTerm)
            return false;
        if (_raftLog.CommitTo(snapshot.LastIncludedIndex))
            _peer.OnCommitted();
        return true;
    }

    private bool IsForRebuild(Snapshot snapshot) =>
        _peer.RebuildFrom > 0 && snapshot.LastIncludedIndex >= _peer.RebuildFrom;

    private void AnswerLeader(Snapshot snapshot, int nextChunk, bool installed)
    {
        if (_peer.FollowedLeader is { } leader)
            Answer(leader.Address, leader.StoreId, snapshot, nextChunk, installed);
    }

    private void Answer(string address, string storeId, Snapshot snapshot, int nextChunk, bool installed)
    {
        var (index, term) = (snapshot.LastIncludedIndex, snapshot.LastIncludedTerm);
        _peer.Send(address, new InstallSnapshotReply(_peer.Header(storeId), index, term, nextChunk, installed));
    }

    private void EndWork()
    {
        if (_work is not { } ended)
            return;
        _work = null;
        _slots.Release(ended.Slot);
        _taking.Resume();
    }

    /// <summary>The present work on a snapshot of the leader. There is one at a time.</summary>
    private abstract record Work(Snapshot Snapshot, int Slot, string GroupId)
    {
        /// <summary>The chunks are being received.</summary>
        public sealed record Receiving(Snapshot Snapshot, int Slot, string GroupId, IActorRef Receiver)
            : Work(Snapshot, Slot, GroupId);

        /// <summary>All chunks are there. The manifest is saved as soon as possible.</summary>
        public abstract record WithAllChunks(Snapshot Snapshot, int Slot, string GroupId)
            : Work(Snapshot, Slot, GroupId)
        {
            /// <summary>The snapshot as it was sent to the store; <c>null</c> before that.</summary>
            public StoredSnapshot? Stored { get; init; }
        }

        /// <summary>The snapshot replaces the state, but not the log.</summary>
        public sealed record Rebuilding(Snapshot Snapshot, int Slot, string GroupId)
            : WithAllChunks(Snapshot, Slot, GroupId);

        /// <summary>The snapshot replaces the log.</summary>
        public sealed record Installing(Snapshot Snapshot, int Slot, string GroupId)
            : WithAllChunks(Snapshot, Slot, GroupId)
        {
            /// <summary>Whether the manifest is saved, so that the event comes next.</summary>
            public bool IsManifestSaved { get; init; }
        }
    }
}
