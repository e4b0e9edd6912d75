using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.StateMachines;

namespace RaftActors.Snapshots;

/// <summary>
/// The snapshots of a peer (paper, section 7). Its parts: <see cref="StoredSnapshots"/> are kept in
/// <see cref="SnapshotSlots"/>; <see cref="SnapshotTaking"/> makes them of the own state,
/// <see cref="SnapshotInstallation"/> gets them from the leader; <see cref="SnapshotSending"/> gives them to followers
/// and <see cref="PeerBackups"/> to backups; <see cref="LogCompaction"/> lets go of what they cover. The peer talks to
/// this class, and this class has the parts work together.
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
    /// <param name="context">The peer's context: its children do the work.</param>
    /// <param name="settings">How the peer runs.</param>
    /// <param name="resolver">The way to the followers.</param>
    /// <param name="raftLog">The peer's log.</param>
    /// <param name="configurations">The configurations in the log.</param>
    /// <param name="journalIndex">Which event has which entries.</param>
    /// <param name="unusable">The sequence numbers of snapshots that this start cannot use.</param>
    /// <param name="peer">The peer.</param>
    public SnapshotManager(
        IActorContext context, RaftSettings settings, IPeerResolver resolver, RaftLog raftLog,
        ConfigurationHistory configurations, JournalIndex journalIndex, IReadOnlyList<long> unusable,
        ISnapshotPeer peer)
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
            context, settings, _logger, configurations, Stored, Slots, _sending, _compaction, _backups, peer);
        _installation = new SnapshotInstallation(
            context, settings, _logger, raftLog, Stored, Slots, _compaction, _taking, peer, peer);
    }

    /// <summary>The snapshots in the store.</summary>
    public StoredSnapshots Stored { get; }

    /// <summary>Where their chunks are.</summary>
    public SnapshotSlots Slots { get; }

    /// <summary>The event that has to be written before all others; <c>null</c> for none.</summary>
    public SnapshotInstalled? EventToWrite => _installation.EventToWrite;

    /// <summary>Whether no entries may be written, because the log is about to be replaced.</summary>
    public bool HoldsEntries => _installation.HoldsEntries;

    /// <summary>Takes a message that is about snapshots.</summary>
    /// <returns>Whether it is one.</returns>
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
            case SnapshotBackoff:
                Consider();
                break;
            case SendingFailed failed:
                OnSendingFailed(failed, sender);
                break;
            default:
                return ReceiveFromStore(message);
        }
        return true;
    }

    /// <summary>A child of the peer has stopped.</summary>
    /// <returns>Whether it was one for snapshots.</returns>
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
    /// Begins to take a snapshot, if one is due or asked for and nothing else is done about snapshots.
    /// </summary>
    public void Consider()
    {
        _installation.AbandonIfOvertaken();
        _taking.Consider();
    }

    /// <summary>
    /// What a scrubbing found damaged is replaced by a new snapshot: two let go of all that was before.
    /// </summary>
    /// <param name="damagedSlots">The slots of snapshots that are damaged.</param>
    public void Replace(IReadOnlyList<int> damagedSlots)
    {
        foreach (int slot in damagedSlots)
            Stored.NoteDamaged(slot, Stored.LastIncludedIndex);
        _taking.Ask(ActorRefs.Nobody);
        Consider();
    }

    /// <summary>The state machine failed.</summary>
    public void OnStateMachineFailed() => _taking.OnStateMachineFailed();

    /// <summary>The peer's state turned out to be wrong: nothing of it is stored or read any more.</summary>
    public void OnSetAside(string why)
    {
        _taking.OnSetAside(why);
        _backups.StopReading();
    }

    /// <summary>The peer stops: those who wait for a snapshot get none.</summary>
    public void RefuseAskers(string why) => _taking.RefuseAskers(why);

    // ---- Installing

    /// <summary>A chunk of a snapshot, from the leader that the peer follows.</summary>
    public void OnInstallSnapshot(InstallSnapshot install) => _installation.OnChunk(install);

    /// <summary>A chunk of a snapshot, from a leader of an earlier term.</summary>
    public void Refuse(InstallSnapshot install) => _installation.Refuse(install);

    /// <summary>The event <see cref="EventToWrite"/> is durable.</summary>
    public void OnInstalled() => _installation.OnEventWritten();

    /// <summary>An event with part of the log, or with none, is durable.</summary>
    public void OnWritten()
    {
        _installation.OnLogWritten();
        _taking.OnLogWritten();
    }

    // ---- Sending

    /// <summary>Sends the latest snapshot to a follower that needs entries which are in no log any more.</summary>
    public void SendTo(Follower follower)
    {
        if (_sending.Send(follower))
            Consider();
    }

    /// <summary>A heartbeat is due: sends a snapshot to a follower whose replica is set aside.</summary>
    public void SendForRebuild(Follower follower)
    {
        if (_sending.SendForRebuild(follower))
            Consider();
    }

    /// <summary>A follower wants a chunk, or has installed the snapshot.</summary>
    /// <returns>Whether the follower has installed the snapshot: it can go on with entries.</returns>
    public bool OnReply(Follower follower, InstallSnapshotReply reply)
    {
        bool isInstalled = _sending.OnReply(follower, reply);
        if (isInstalled)
            _compaction.Run();
        return isInstalled;
    }

    /// <summary>
    /// The heartbeats were sent: sends no more to followers that are silent, and compacts what they held.
    /// </summary>
    public void OnHeartbeatsSent()
    {
        if (_sending.StopToSilent())
            _compaction.Run();
        _compaction.RunIfHeld();
    }

    /// <summary>A follower needs no snapshot any more.</summary>
    public void StopSendingTo(string memberId)
    {
        if (_sending.Stop(memberId))
            _compaction.Run();
    }

    /// <summary>The peer leads no more.</summary>
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
        // From now on the next start begins with it, whatever becomes of this peer.
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
