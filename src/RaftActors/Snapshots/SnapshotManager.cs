using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.StateMachines;

namespace RaftActors.Snapshots;

/// <summary>
/// The snapshots of a peer (paper, section 7). The peer calls this class, which coordinates its parts:
/// <see cref="StoredSnapshots"/> are kept in <see cref="SnapshotSlots"/>. <see cref="SnapshotTaking"/> makes them of
/// the peer's own state, and <see cref="SnapshotInstallation"/> gets them from the leader.
/// <see cref="SnapshotSending"/> sends them to followers, and <see cref="PeerBackups"/> gives them to backups.
/// <see cref="LogCompaction"/> removes what they replace.
/// </summary>
internal sealed class SnapshotManager
{
    private readonly IActorContext _context;
    private readonly RaftSettings _settings;
    private readonly ILoggingAdapter _logger;
    private readonly ISnapshotPeer _peer;
    private readonly SnapshotSending _sending;
    private readonly LogCompaction _compaction;
    private readonly PeerBackups _backups;
    private readonly SnapshotTaking _taking;
    private readonly SnapshotInstallation _installation;

    /// <summary>Makes the manager of a peer.</summary>
    /// <param name="context">The peer's context. Children of the peer do the work.</param>
    /// <param name="settings">How the peer runs.</param>
    /// <param name="resolver">Resolves the addresses of the followers.</param>
    /// <param name="raftLog">The peer's log.</param>
    /// <param name="configurations">The configurations in the log.</param>
    /// <param name="journalIndex">Which event of the journal holds which entries.</param>
    /// <param name="unusable">The sequence numbers of snapshots that this start cannot use.</param>
    /// <param name="permits">Bounds how many peers of the node take a snapshot at a time.</param>
    /// <param name="peer">The peer.</param>
    public SnapshotManager(
        IActorContext context, RaftSettings settings, IPeerResolver resolver, RaftLog raftLog,
        ConfigurationHistory configurations, JournalIndex journalIndex, IReadOnlyList<long> unusable,
        Permits permits, ISnapshotPeer peer)
    {
        _context = context;
        _settings = settings;
        _logger = context.GetLogger();
        _peer = peer;
        Slots = new SnapshotSlots(context, settings, peer);
        Stored = new StoredSnapshots(settings, _logger, Slots, peer, journalIndex, unusable);
        _sending = new SnapshotSending(context, settings, _logger, resolver, raftLog, Stored, Slots, peer);
        _compaction = new LogCompaction(settings, raftLog, configurations, Stored, _sending, peer);
        _backups = new PeerBackups(context, settings, Stored, Slots);
        _taking = new SnapshotTaking(
            context, settings, _logger, configurations, Stored, Slots, _sending, _compaction, _backups, permits,
            peer);
        _installation = new SnapshotInstallation(
            context, settings, _logger, raftLog, Stored, Slots, _compaction, _taking, peer, peer);
    }

    /// <summary>The snapshots in the store.</summary>
    public StoredSnapshots Stored { get; }

    /// <summary>The slots of the snapshots' chunks.</summary>
    public SnapshotSlots Slots { get; }

    /// <summary>The event that must be written before all others; <c>null</c> for none.</summary>
    public SnapshotInstalled? EventToWrite => _installation.EventToWrite;

    /// <summary>Whether no entries may be written, because the log is about to be replaced.</summary>
    public bool HoldsEntries => _installation.HoldsEntries;

    /// <summary>Whether no snapshot is being taken or installed, and none is asked for.</summary>
    public bool IsIdle => _taking.IsIdle && !HoldsEntries && EventToWrite is null;

    /// <summary>Handles a message that is about snapshots.</summary>
    /// <returns>Whether the message is about snapshots.</returns>
    public bool Receive(object message, IActorRef sender)
    {
        switch (message)
        {
            case TakeSnapshot:
                _taking.Ask(sender);
                Consider();
                break;
            case StartBackup backup:
                OnStartBackup(backup, sender);
                break;
            case StateImage image:
                _taking.OnImage(image);
                break;
            case ChunksWritten written:
                _taking.OnChunksWritten(written, sender);
                _installation.OnReceived(sender);
                break;
            case ChunksFailed failed:
                Fail(failed.Problem);
                break;
            case ChunkWanted wanted:
                _installation.OnChunkWanted(wanted, sender);
                break;
            case SnapshotIntact:
                Slots.StartPruning();
                break;
            case SlotPruned pruned:
                Slots.OnPruned(pruned.Slot);
                Consider();
                break;
            case PruneFailed:
                // The pruner has logged it and tries again. Its slot stays out of use meanwhile.
                break;
            case SnapshotBackoff:
                Consider();
                break;
            case Permits.Granted:
                _taking.OnPermit();
                break;
            case SnapshotPermit.Overdue:
                _taking.OnPermitOverdue();
                break;
            case SendingFailed failed:
                OnSendingFailed(failed, sender);
                break;
            default:
                return ReceiveFromStore(message);
        }
        return true;
    }

    /// <summary>Called when a child of the peer has stopped.</summary>
    /// <returns>Whether the child worked on snapshots.</returns>
    public bool OnTerminated(IActorRef ended)
    {
        if (_backups.OnTerminated(ended))
            return true;
        if (_sending.OnTerminated(ended))
            _compaction.Run();
        else if (!_taking.OnTerminated(ended) && !_installation.OnTerminated(ended))
            return false;
        Consider();
        return true;
    }

    // ---- Taking

    /// <summary>
    /// Begins to take a snapshot if one is due or asked for, and no other work on snapshots is under way.
    /// </summary>
    public void Consider()
    {
        _installation.AbandonIfOvertaken();
        _taking.Consider();
    }

    /// <summary>
    /// Replaces snapshots that a check of the store has found damaged by a new one. Two new snapshots replace
    /// everything before them.
    /// </summary>
    /// <param name="damagedSlots">The slots of the damaged snapshots.</param>
    public void Replace(IReadOnlyList<int> damagedSlots)
    {
        foreach (int slot in damagedSlots)
            Stored.NoteDamaged(slot, Stored.LastIncludedIndex);
        _taking.Ask(ActorRefs.Nobody);
        Consider();
    }

    /// <summary>Called when the state machine has failed.</summary>
    public void OnStateMachineFailed() => _taking.OnStateMachineFailed();

    /// <summary>Called when the peer's state is known to be wrong. Nothing of it is stored or read any more.</summary>
    public void OnSetAside(string why)
    {
        _taking.OnSetAside(why);
        _backups.StopReading();
    }

    /// <summary>Called when the peer stops. Requests for a snapshot fail.</summary>
    public void Stop(string why) => _taking.Stop(why);

    // ---- Installing

    /// <summary>Called when a chunk comes from the leader that the peer follows.</summary>
    public void OnInstallSnapshot(InstallSnapshot install) => _installation.OnChunk(install);

    /// <summary>A chunk of a snapshot, from a leader of an earlier term.</summary>
    public void Refuse(InstallSnapshot install) => _installation.Refuse(install);

    /// <summary>The event <see cref="EventToWrite"/> is durable.</summary>
    public void OnInstalled() => _installation.OnEventWritten();

    /// <summary>Called when another event is durable.</summary>
    public void OnWritten()
    {
        _installation.OnLogWritten();
        _taking.OnLogWritten();
    }

    // ---- Sending

    /// <summary>Sends the latest snapshot to a follower that needs entries which have been compacted.</summary>
    public void SendTo(Follower follower)
    {
        if (_sending.Send(follower))
            Consider();
    }

    /// <summary>Called when a heartbeat is due. Sends a snapshot to a follower whose replica is set aside.</summary>
    public void SendForRebuild(Follower follower)
    {
        if (_sending.SendForRebuild(follower))
            Consider();
    }

    /// <summary>Called when a follower wants a chunk, or has installed the snapshot.</summary>
    /// <returns>Whether the follower has installed the snapshot, so that entries can follow.</returns>
    public bool OnReply(Follower follower, InstallSnapshotReply reply)
    {
        bool isInstalled = _sending.OnReply(follower, reply);
        if (isInstalled)
            _compaction.Run();
        return isInstalled;
    }

    /// <summary>
    /// Called when the heartbeats were sent. Stops sending to followers that are silent, and compacts the entries that
    /// were kept for them.
    /// </summary>
    public void OnHeartbeatsSent()
    {
        if (_sending.StopToSilent())
            _compaction.Run();
        _compaction.RunIfHeld();
    }

    /// <summary>Called when a follower no longer needs a snapshot.</summary>
    public void StopSendingTo(string memberId)
    {
        if (_sending.Stop(memberId))
            _compaction.Run();
    }

    /// <summary>Called when the peer no longer leads.</summary>
    public void StopSending()
    {
        if (_sending.StopAll())
            _compaction.Run();
    }

    private void OnStartBackup(StartBackup backup, IActorRef asker)
    {
        if (_peer.WhySetAside is { } why)
        {
            _backups.Refuse(asker, why);
            return;
        }
        _backups.Ask(backup.AtLeast, asker, _peer.AppliedIndex);
        Consider();
    }

    private void OnSendingFailed(SendingFailed failed, IActorRef sender)
    {
        if (!_sending.OnFailed(failed, sender))
            return;
        _compaction.Run();
        Consider();
    }

    // ---- The store

    private bool ReceiveFromStore(object message)
    {
        switch (message)
        {
            case SaveSnapshotSuccess saved:
                OnManifestSaved(saved.Metadata.SequenceNr);
                break;
            case SaveSnapshotFailure failure:
                Stored.NoteSaveFailed(failure.Metadata.SequenceNr);
                Fail($"its manifest cannot be stored: {failure.Cause.Message}");
                break;
            case DeleteMessagesSuccess deleted:
                Stored.OnEventsDeleted(deleted.ToSequenceNr);
                break;
            case DeleteMessagesFailure failure:
                Stored.OnEventsNotDeleted(failure);
                break;
            case DeleteSnapshotFailure failure:
                _logger.Warning(
                    "{0}: the manifest {1}, of a snapshot that cannot be used, cannot be deleted: {2}",
                    _settings.PersistenceId, failure.Metadata.SequenceNr, failure.Cause.Message);
                break;
            case DeleteSnapshotsFailure failure:
                _logger.Warning(
                    "{0}: the manifests of old snapshots cannot be deleted: {1}",
                    _settings.PersistenceId, failure.Cause.Message);
                break;
            case DeleteSnapshotSuccess or DeleteSnapshotsSuccess:
                break;
            default:
                return false;
        }
        return true;
    }

    private void OnManifestSaved(long sequenceNr)
    {
        // From now on a start begins with this snapshot, even if this peer fails at once.
        _context.Parent.Tell(new RaftSupervisor.SnapshotSaved(sequenceNr));
        _taking.OnManifestSaved(sequenceNr);
        _installation.OnManifestSaved(sequenceNr);
    }

    private void Fail(string problem)
    {
        _taking.Fail(problem);
        _installation.Abandon();
    }
}
