using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// Takes snapshots of the state machine, and starts from one (paper, section 7). What becomes of those that are stored, and of what they cover: RaftActor.Compaction.cs.
internal sealed partial class RaftActor
{
    private readonly List<IActorRef> _snapshotAskers = [];
    private readonly JournalIndex _events = new();
    private StoredSnapshot? _snapshot;

    // The one that cannot be read any more; it is replaced as soon as can be, for followers need it, and this peer when it starts again.
    private StoredSnapshot? _damaged;
    private SnapshotWork? _work;
    private TimeSpan _noSnapshotBefore;

    // Why there was no snapshot the last time, which was said; null once there was one.
    private string? _snapshotProblem;

    // The bytes of the log that the latest snapshot left there.
    private long _bytesKept;
    private long _snapshotActors;

    private static bool IsOfSnapshots(object message) => message
        is TakeSnapshot or StartBackup or StateImage or ChunksWritten or ChunksFailed or ChunkWanted or SnapshotIntact or SnapshotDamaged or SlotPruned or SendingFailed or SnapshotRead or SnapshotBackoff
        or SaveSnapshotSuccess or SaveSnapshotFailure or DeleteSnapshotSuccess or DeleteSnapshotFailure or DeleteSnapshotsSuccess or DeleteSnapshotsFailure or DeleteMessagesSuccess or DeleteMessagesFailure;

    private void OnSnapshotMessage(object message)
    {
        switch (message)
        {
            case TakeSnapshot:
                OnTakeSnapshot(Sender);
                break;
            case StartBackup backup:
                OnStartBackup(backup, Sender);
                break;
            case StateImage image:
                OnImage(image);
                break;
            case ChunksWritten written:
                OnChunksWritten(written);
                break;
            case ChunksFailed failed:
                FailSnapshot(failed.Problem);
                break;
            case ChunkWanted wanted:
                OnChunkWanted(wanted);
                break;
            case SnapshotIntact:
                StartPruning();
                break;
            case SnapshotDamaged damaged:
                OnSnapshotDamaged(damaged);
                break;
            case SlotPruned pruned:
                _pruning.Remove(pruned.Slot);
                ConsiderSnapshot();
                break;
            case SnapshotBackoff:
                ConsiderSnapshot();
                break;
            case SendingFailed failed:
                OnSendingFailed(failed);
                break;
            case SnapshotRead read:
                EndOffer(Sender, read);
                break;
            case SaveSnapshotSuccess saved:
                OnManifestSaved(saved.Metadata.SequenceNr);
                break;
            case SaveSnapshotFailure failure:
                // The store deletes what it could not save, by its number.
                if (_snapshot?.SequenceNr == failure.Metadata.SequenceNr)
                    _damaged = _snapshot;
                FailSnapshot($"its manifest cannot be stored: {failure.Cause.Message}");
                break;
            case DeleteMessagesSuccess deleted:
                OnEventsDeleted(deleted.ToSequenceNr);
                break;
            case DeleteMessagesFailure failure:
                _deletingEvents = false;
                Log.Warning("{0}: events up to {1} that a snapshot covers cannot be deleted: {2}", PersistenceId, failure.ToSequenceNr, failure.Cause.Message);
                break;
            case DeleteSnapshotFailure failure:
                Log.Warning("{0}: the manifest {1}, of a snapshot that cannot be used, cannot be deleted: {2}", PersistenceId, failure.Metadata.SequenceNr, failure.Cause.Message);
                break;
            case DeleteSnapshotsFailure failure:
                Log.Warning("{0}: the manifests of old snapshots cannot be deleted: {1}", PersistenceId, failure.Cause.Message);
                break;
        }
    }

    private ChunkStore Chunks(int slot) => new(SnapshotStore, PersistenceId, slot, _settings.Clock);

    // ---- Taking one

    private void OnTakeSnapshot(IActorRef asker)
    {
        if (IsSetAside)
        {
            asker.Tell(new SnapshotFailed(SetAsideMessage()), Self);
            return;
        }
        if (_snapshotAskers.Count >= _settings.MaxPendingQueries)
        {
            asker.Tell(new SnapshotFailed($"{_snapshotAskers.Count} others wait for one already."), Self);
            return;
        }
        _snapshotAskers.Add(asker);
        ConsiderSnapshot();
    }

    private bool IsSnapshotAsked => _snapshotAskers.Count + _backupAskers.Count > 0;

    private void ConsiderSnapshot()
    {
        // The leader changed its mind: entries came instead of the rest of its snapshot.
        if (_work is SnapshotWork.Receiving receiving && receiving.Snapshot.LastIncludedIndex <= _log.CommitIndex && !IsForRebuild(receiving.Snapshot))
            AbandonSnapshotWork();
        if (_work is not null || IsSetAside)
            return;
        if (FreeSlot() is not null)
        {
            if (IsSnapshotAsked || (Now >= _noSnapshotBefore && IsSnapshotDue()))
                Capture();
        }
        else if (_pruning.Count == 0 && !_pruner.IsNobody()) // Otherwise one will be empty soon.
        {
            AnswerSnapshotAskers("all earlier ones are still being sent to followers, or read by backups");
        }
    }

    // By count and by bytes; but a large state is not written again and again for little news (dissertation, section 5.1.2).
    private bool IsSnapshotDue()
    {
        var last = _snapshot?.Manifest.Snapshot;
        long entries = _machine.AppliedIndex - (last?.LastIncludedIndex ?? 0);
        long bytes = _log.Bytes - _bytesKept;
        bool isDue = entries >= _settings.SnapshotEntries || bytes >= _settings.SnapshotBytes;
        bool isWorthIt = bytes >= (last?.Content.Length ?? 0) * _settings.SnapshotMinGrowth;
        return IsDamaged || (isDue && isWorthIt && !IsCovered(_machine.AppliedIndex)) || IsRebuildWaitingBeyond(last?.LastIncludedIndex ?? 0);
    }

    private bool IsDamaged => _damaged is not null && ReferenceEquals(_damaged, _snapshot);

    // Whether a snapshot up to an index would replace no event that the last one does not.
    private bool IsCovered(long index) => _snapshot is { } last && !IsDamaged && _events.LastCovered(index, LastSequenceNr) == last.SequenceNr;

    private void Capture()
    {
        if (!_machine.IsRunning)
        {
            FailSnapshot("the state machine failed and is about to be built anew");
            return;
        }
        _work = new SnapshotWork.Capturing();
        _machine.Ask(CaptureImage.Instance);
    }

    private void OnImage(StateImage image)
    {
        if (_work is not SnapshotWork.Capturing || !_machine.IsPresent(image.Machine))
            return;
        RefuseBackupsBeyond(image.Last.Index);
        if (image.Parts is null)
            FailSnapshot($"the state machine cannot write it: {image.Failure}");
        else if (IsCovered(image.Last.Index) && _snapshot is { } last
            && !IsBackupWaitingBeyond(last.Manifest.Snapshot.LastIncludedIndex) && !IsRebuildWaitingBeyond(last.Manifest.Snapshot.LastIncludedIndex))
        {
            EndSnapshotWork(last);
        }
        else if (image.Last.Index == 0)
            FailSnapshot("the log is empty");
        else
            StartWriting(image, FreeSlot()!.Value); // There was one when the image was asked for.
    }

    private void StartWriting(StateImage image, int slot)
    {
        var writer = Context.ActorOf(SnapshotWriter.Props(Chunks(slot), image.Parts!, _settings.SnapshotChunkSize), $"write-snapshot-{++_snapshotActors}");
        Context.Watch(writer);
        var configuration = _configurations.At(image.Last.Index);
        var snapshot = new Snapshot(image.Last.Index, image.Last.Term, image.Last.Time, configuration.Configuration, configuration.Index, new SnapshotContent(0, 0, ""));
        _work = new SnapshotWork.Writing(snapshot, slot, writer);
    }

    private void OnChunksWritten(ChunksWritten written)
    {
        if (_work is SnapshotWork.Writing writing && Sender.Equals(writing.Writer))
        {
            _work = new SnapshotWork.Saving(new StoredSnapshot(0, Manifest(writing.Snapshot with { Content = written.Content }, writing.Slot, 0)), IsRebuild: false);
            SaveTaken();
        }
        else
        {
            OnSnapshotReceived(Sender);
        }
    }

    // Not before what it covers is durable: an event on its way may replace entries of a former log, and if it is lost nothing of that log may be left to go on after the snapshot.
    private void SaveTaken()
    {
        if (_work is not SnapshotWork.Saving { Stored: { SequenceNr: 0, Manifest: var manifest } } saving || _persistedIndex < manifest.Snapshot.LastIncludedIndex)
            return;
        long sequenceNr = _events.LastCovered(manifest.Snapshot.LastIncludedIndex, LastSequenceNr);
        var stored = new StoredSnapshot(sequenceNr, saving.IsRebuild
            ? ManifestOfLeader(manifest.Snapshot, manifest.Slot, sequenceNr, manifest.HardState.GroupId)
            : Manifest(manifest.Snapshot, manifest.Slot, sequenceNr));
        _work = saving with { Stored = stored };
        Save(stored);
    }

    // One that takes the place of the last, having the same sequence number or being damaged, is kept beside the one before.
    // The group that was decided may be written before the rest of the hard state: nothing takes that back.
    private SnapshotManifest Manifest(Snapshot snapshot, int slot, long sequenceNr, string groupOfLeader = "")
    {
        var previous = _snapshot is not { } last ? null
            : last.SequenceNr == sequenceNr || IsDamaged ? last.Manifest.Previous
            : new KeptSnapshot(last.SequenceNr, last.Manifest.Slot);
        var hardState = _durableHardState with { GroupId = IsGroupDecided ? _hardState.GroupId : groupOfLeader };
        return new SnapshotManifest(_settings.Group, _self.Id, _storeId, hardState, snapshot, slot, previous) { Stores = StoreRecords(), RebuiltAt = _rebuiltAt };
    }

    // Its state is right, whatever the own one was found to be before the last entry that it includes.
    private SnapshotManifest ManifestOfLeader(Snapshot snapshot, int slot, long sequenceNr, string groupOfLeader) =>
        Manifest(snapshot, slot, sequenceNr, groupOfLeader) with
        {
            RebuiltAt = _hardState.DiffersAt <= snapshot.LastIncludedIndex ? _hardState.DiffersAt : _rebuiltAt,
        };

    private void Save(StoredSnapshot stored) =>
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, stored.SequenceNr, _settings.Clock.GetUtcNow().UtcDateTime), stored.Manifest));

    private void OnManifestSaved(long sequenceNr)
    {
        // From now on the next start begins with it, whatever becomes of this peer.
        Context.Parent.Tell(new RaftSupervisor.SnapshotSaved(sequenceNr));
        switch (_work)
        {
            case SnapshotWork.Saving { IsRebuild: true } saving when saving.Stored.SequenceNr == sequenceNr:
                OnRebuilt(saving.Stored);
                break;
            case SnapshotWork.Saving saving when saving.Stored.SequenceNr == sequenceNr:
                Keep(saving.Stored, _snapshot);
                EndSnapshotWork(saving.Stored);
                break;
            case SnapshotWork.Installing { IsSaved: false } installing when installing.Stored.SequenceNr == sequenceNr:
                _work = installing with { IsSaved = true };
                if (!_writeInFlight)
                    Write();
                break;
        }
    }

    private void FailSnapshot(string problem)
    {
        if (problem != _snapshotProblem)
            Log.Warning("{0}: no snapshot: {1}. The log goes on growing until one succeeds.", PersistenceId, problem);
        _snapshotProblem = problem;
        _noSnapshotBefore = Now + _settings.RestartBackoffMax;
        Timers.StartSingleTimer(SnapshotBackoff.Instance, SnapshotBackoff.Instance, _settings.RestartBackoffMax);
        AnswerSnapshotAskers(problem);
        AbandonSnapshotWork();
    }

    private void AnswerSnapshotAskers(string problem)
    {
        foreach (var asker in _snapshotAskers)
            asker.Tell(new SnapshotFailed($"There is no snapshot: {problem}."), Self);
        _snapshotAskers.Clear();
        RefuseBackups(problem);
    }

    private void EndSnapshotWork(StoredSnapshot? taken)
    {
        _work = null;
        if (taken?.Manifest.Snapshot is { } snapshot)
        {
            if (_snapshotProblem is not null)
                Log.Info("{0}: there is a snapshot again, up to {1}.", PersistenceId, snapshot.LastIncludedIndex);
            _snapshotProblem = null;
            foreach (var asker in _snapshotAskers)
                asker.Tell(new SnapshotTaken(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.Content.Length), Self);
            _snapshotAskers.Clear();
            StartBackups(taken.Manifest);
        }
        ConsiderSnapshot(); // Much may have been applied meanwhile, or somebody waits for a later one.
    }

    // A writer or receiver ends by itself once the store has answered it; until then there is no other.
    private void AbandonSnapshotWork()
    {
        if (_work is SnapshotWork.WithActor { Actor: var actor })
        {
            actor.Tell(AbandonSnapshot.Instance, Self);
            return;
        }
        if (_work is SnapshotWork.WithStored { Stored.Manifest.Slot: var slot })
            Prune(slot);
        bool heldWrites = _work is SnapshotWork.Installing;
        _work = null;
        if (heldWrites)
            RequestFlush();
    }

    private void OnSnapshotActorEnded(SnapshotWork.WithActor work)
    {
        Prune(work.Slot);
        EndSnapshotWork(null);
    }

    // ---- Starting from one

    private static SnapshotSelectionCriteria UsableSnapshots(IReadOnlyList<long> unusable)
    {
        long last = unusable.Count == 0 ? long.MaxValue : unusable.Min() - 1;
        return last > 0 ? new SnapshotSelectionCriteria(last) : SnapshotSelectionCriteria.None;
    }

    private void Recover(SnapshotMetadata metadata, SnapshotManifest manifest)
    {
        if (manifest.FormatVersion > SnapshotManifest.CurrentFormat)
            throw new RefusedException(
                $"The snapshot has format {manifest.FormatVersion}; this version reads up to {SnapshotManifest.CurrentFormat}. Run the version that wrote it, or a newer one.");
        if (manifest.Group != _settings.Group || manifest.MemberId != _self.Id)
            throw new RefusedException($"The snapshot belongs to member '{manifest.MemberId}' of group '{manifest.Group}', not to '{_self.Id}' of '{_settings.Group}'.");
        var snapshot = manifest.Snapshot;
        _snapshot = new StoredSnapshot(metadata.SequenceNr, manifest);
        _storeId = manifest.StoreId;
        _rebuiltAt = manifest.RebuiltAt;
        // Of a snapshot the configuration is committed.
        _hardState = manifest.HardState.GroupId.Length > 0 ? manifest.HardState : manifest.HardState with { GroupId = snapshot.Configuration.GroupId };
        RecoverStores(manifest.Stores);
        _lastEvent = metadata.SequenceNr;
        _deletedEvents = manifest.Previous?.SequenceNr ?? 0;
        _log.Reset(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.LastIncludedTime);
        _configurations.Reset(snapshot.ConfigurationIndex, snapshot.Configuration);
    }

    // The journal goes on from the snapshot before, if there is one: the next start of the peer tries that.
    private void OnSnapshotDamaged(SnapshotDamaged damaged)
    {
        if (!_machine.IsPresent(damaged.Machine))
            return;
        Log.Error("{0}: the snapshot up to {1} is damaged: {2}.", PersistenceId, damaged.Snapshot.LastIncludedIndex, damaged.Problem);
        if (!ReferenceEquals(damaged.Snapshot, _snapshot!.Manifest.Snapshot))
        {
            // Another was stored since that state machine was started: the next one starts from that.
            Context.Stop(Sender);
            return;
        }
        Context.Parent.Tell(new RaftSupervisor.SnapshotUnusable(_snapshot.SequenceNr));
        Context.Stop(Self);
    }

    private sealed record SnapshotBackoff
    {
        public static readonly SnapshotBackoff Instance = new();
    }

    /// <summary>A snapshot in the store.</summary>
    /// <param name="SequenceNr">The journal's event up to which it is all that is needed: the sequence number of its manifest.</param>
    /// <param name="Manifest">The manifest.</param>
    private sealed record StoredSnapshot(long SequenceNr, SnapshotManifest Manifest);

    /// <summary>What is done about a snapshot: one thing at a time.</summary>
    private abstract record SnapshotWork
    {
        /// <summary>The state machine was asked for its image.</summary>
        public sealed record Capturing : SnapshotWork;

        /// <summary>A child fills a slot.</summary>
        public abstract record WithActor(Snapshot Snapshot, int Slot, IActorRef Actor) : SnapshotWork;

        /// <summary>The own state is being written.</summary>
        public sealed record Writing(Snapshot Snapshot, int Slot, IActorRef Writer) : WithActor(Snapshot, Slot, Writer);

        /// <summary>The leader's snapshot is being received.</summary>
        public sealed record Receiving(Snapshot Snapshot, int Slot, IActorRef Receiver, string GroupId) : WithActor(Snapshot, Slot, Receiver);

        /// <summary>The slot is full, the manifest on its way.</summary>
        public abstract record WithStored(StoredSnapshot Stored) : SnapshotWork;

        /// <summary>
        /// The manifest of an own snapshot is being saved, or, without a sequence number, about to be; or that of one of the leader
        /// which takes the place of the state, but not of the log.
        /// </summary>
        public sealed record Saving(StoredSnapshot Stored, bool IsRebuild) : WithStored(Stored);

        /// <summary>The manifest of a received snapshot is being saved; then the event that puts it in the place of the log.</summary>
        public sealed record Installing(StoredSnapshot Stored, bool IsSaved) : WithStored(Stored);
    }
}
