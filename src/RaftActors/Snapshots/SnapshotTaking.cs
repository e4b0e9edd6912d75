using Akka.Actor;
using Akka.Event;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors.Snapshots;

/// <summary>What <see cref="SnapshotTaking"/> asks of its peer.</summary>
internal interface ITakingPeer : IReplica
{
    /// <summary>Asks the state machine for its image; answered by <see cref="StateImage"/>.</summary>
    /// <returns>Whether there is a state machine.</returns>
    bool TryCaptureImage();

    /// <summary>Whether an image comes from the running state machine.</summary>
    bool IsPresent(StateImage image);

    /// <summary>The manifest of a snapshot of the peer's own state, with all of the peer that is durable.</summary>
    SnapshotManifest Manifest(Snapshot snapshot, int slot);
}

/// <summary>
/// Takes snapshots of a peer's own state (paper, section 7), one at a time. It asks the state machine for an image, has
/// the image written into a free slot, and saves the manifest. It pauses while a snapshot from the leader is being
/// installed.
/// Only so many peers of a node do this at a time (<see cref="SnapshotPermit"/>).
/// </summary>
internal sealed class SnapshotTaking
{
    private readonly IActorContext _context;
    private readonly RaftSettings _settings;
    private readonly ILoggingAdapter _logger;
    private readonly ConfigurationHistory _configurations;
    private readonly StoredSnapshots _stored;
    private readonly SnapshotSlots _slots;
    private readonly SnapshotSending _sending;
    private readonly LogCompaction _compaction;
    private readonly PeerBackups _backups;
    private readonly SnapshotPermit _permit;
    private readonly ITakingPeer _peer;
    private readonly List<IActorRef> _askers = [];
    private Work? _work;
    private bool _isPaused;
    private TimeSpan _notBefore;
    private TimeSpan _begun;

    // Why the last attempt to take a snapshot failed, as it was logged; null after a success.
    private string? _problem;
    private long _writers;

    public SnapshotTaking(
        IActorContext context, RaftSettings settings, ILoggingAdapter logger, ConfigurationHistory configurations,
        StoredSnapshots stored, SnapshotSlots slots, SnapshotSending sending, LogCompaction compaction,
        PeerBackups backups, Permits permits, ITakingPeer peer)
    {
        _context = context;
        _settings = settings;
        _logger = logger;
        _configurations = configurations;
        _stored = stored;
        _slots = slots;
        _sending = sending;
        _compaction = compaction;
        _backups = backups;
        _permit = new SnapshotPermit(permits, context.Self, peer);
        _peer = peer;
    }

    /// <summary>Whether a snapshot is being taken.</summary>
    public bool IsBusy => _work is not null;

    /// <summary>Whether no snapshot is being taken, and none is asked for.</summary>
    public bool IsIdle => _work is null && !IsAsked && !_permit.IsTaken;

    /// <summary>Whether the chunks of a snapshot are being written.</summary>
    public bool IsWritingChunks => _work is Work.Writing;

    private TimeSpan Now => _settings.ElapsedTime(_context.System.Scheduler);

    private bool IsAsked => _askers.Count > 0 || _backups.IsWaiting;

    private bool IsWanted =>
        !_isPaused && _peer.WhySetAside is null && (IsAsked || (Now >= _notBefore && IsDue()));

    /// <summary>
    /// Asks for a snapshot. The answer is <see cref="SnapshotTaken"/> or <see cref="SnapshotFailed"/>.
    /// </summary>
    public void Ask(IActorRef asker)
    {
        if (_peer.WhySetAside is { } why)
            asker.Tell(new SnapshotFailed(why), _context.Self);
        else if (_askers.Count >= _settings.MaxPendingQueries)
            asker.Tell(new SnapshotFailed($"{_askers.Count} others wait for one already."), _context.Self);
        else
            _askers.Add(asker);
    }

    /// <summary>
    /// Begins to take a snapshot if one is due or asked for, no other work on snapshots is under way, and the node
    /// permits it.
    /// </summary>
    public void Consider()
    {
        if (_work is not null)
            return;
        if (!IsWanted)
        {
            _permit.Return();
            return;
        }
        if (_slots.AreAllHeld)
        {
            RefuseAskers("all earlier ones are still being sent to followers, or read by backups");
            _permit.Return();
            return;
        }
        if (!_permit.TryTake())
            return;
        if (_stored.Latest is null)
            _slots.StartPruning();
        if (_slots.HasFree) // Otherwise a slot becomes free soon.
            Capture();
    }

    /// <summary>Called when the turn of this peer has come.</summary>
    public void OnPermit()
    {
        _permit.OnGranted();
        Consider();
    }

    /// <summary>Called when the peer has had its permit for too long. What it does goes on.</summary>
    public void OnPermitOverdue() => _permit.Return();

    /// <summary>Called when the peer stops. Requests for a snapshot fail.</summary>
    public void Stop(string why)
    {
        RefuseAskers(why);
        _permit.Stop();
    }

    /// <summary>Takes no snapshot until <see cref="Resume"/>.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>Lets snapshots be taken again.</summary>
    public void Resume() => _isPaused = false;

    /// <summary>Called when the state machine has made its image, or could not.</summary>
    public void OnImage(StateImage image)
    {
        if (_work is not Work.Capturing || !_peer.IsPresent(image))
            return;
        _backups.RefuseBeyond(image.Last.Index);
        if (image.Parts is null)
            Fail($"the state machine cannot write it: {image.Failure}");
        else if (_stored.Latest is { } latest && IsNeedless(image))
            Finish(latest);
        else if (image.Last.Index == 0)
            Fail("the log is empty");
        else
            StartWriting(image, image.Parts);
    }

    /// <summary>Called when a writer has written all chunks.</summary>
    public void OnChunksWritten(ChunksWritten written, IActorRef writer)
    {
        if (_work is not Work.Writing writing || !writer.Equals(writing.Writer))
            return;
        _work = new Work.Saving(writing.Snapshot with { Content = written.Content }, writing.Slot, null);
        SaveManifest();
    }

    /// <summary>Called when the log is durable up to a later entry. A manifest may have waited for that.</summary>
    public void OnLogWritten() => SaveManifest();

    /// <summary>
    /// Called when a manifest is saved. If it is the manifest of this snapshot, the snapshot is now the latest.
    /// </summary>
    public void OnManifestSaved(long sequenceNr)
    {
        if (_work is not Work.Saving { Stored: { } stored } || stored.SequenceNr != sequenceNr)
            return;
        _peer.Metrics.SnapshotTaken(_begun);
        _compaction.Keep(stored);
        Publish(stored, isInstalled: false);
        Finish(stored);
    }

    /// <summary>Called when a writer has stopped before it had written all chunks, because it was told to.</summary>
    public bool OnTerminated(IActorRef ended)
    {
        if (_work is not Work.Writing writing || !ended.Equals(writing.Writer))
            return false;
        EndWork();
        return true;
    }

    /// <summary>Called when the state machine has failed. The image that it was asked for will not come.</summary>
    public void OnStateMachineFailed()
    {
        if (_work is Work.Capturing || (_work is null && !_isPaused && IsAsked))
            Fail("the state machine failed");
    }

    /// <summary>
    /// Called when the state is known to be wrong. No snapshot of it is stored, unless its manifest is already being
    /// saved.
    /// </summary>
    public void OnSetAside(string why)
    {
        if (_work is not Work.Saving { Stored: not null })
            Abandon();
        RefuseAskers(why.TrimEnd('.'));
    }

    /// <summary>
    /// Called when there is a new snapshot, taken or installed. Answers the actors that wait for one.
    /// </summary>
    public void OnStored(StoredSnapshot stored)
    {
        var snapshot = stored.Manifest.Snapshot;
        long index = snapshot.LastIncludedIndex;
        if (_problem is not null)
            _logger.Info("{0}: there is a snapshot again, up to {1}.", _settings.PersistenceId, index);
        _problem = null;
        var taken = new SnapshotTaken(index, snapshot.LastIncludedTerm, snapshot.Content.Length);
        foreach (var asker in _askers)
            asker.Tell(taken, _context.Self);
        _askers.Clear();
        _backups.Begin(stored.Manifest);
    }

    /// <summary>Says on the event stream that there is a new snapshot.</summary>
    public void Publish(StoredSnapshot stored, bool isInstalled)
    {
        var snapshot = stored.Manifest.Snapshot;
        _context.System.EventStream.Publish(new SnapshotStored(_settings.Group, _settings.MemberId,
            snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.Content.Length, isInstalled));
    }

    /// <summary>
    /// Called when no snapshot could be taken. For a while none is begun, unless an actor asks for one.
    /// </summary>
    public void Fail(string problem)
    {
        if (problem != _problem)
        {
            _logger.Warning(
                "{0}: no snapshot: {1}. The log goes on growing until one succeeds.", _settings.PersistenceId, problem);
        }
        _problem = problem;
        _notBefore = Now + _settings.RestartBackoffMax;
        _peer.StartTimer(SnapshotBackoff.Instance, _settings.RestartBackoffMax);
        RefuseAskers(problem);
        Abandon();
    }

    private void RefuseAskers(string problem)
    {
        foreach (var asker in _askers)
            asker.Tell(new SnapshotFailed($"There is no snapshot: {problem}."), _context.Self);
        _askers.Clear();
        _backups.RefuseAll(problem);
    }

    // A snapshot is due after a number of entries or bytes. But a large state is not written again for few changes
    // (dissertation, section 5.1.2).
    private bool IsDue()
    {
        long last = _stored.LastIncludedIndex;
        long length = _stored.Latest?.Manifest.Snapshot.Content.Length ?? 0;
        long entries = _peer.AppliedIndex - last;
        long bytes = _compaction.BytesSinceSnapshot;
        bool isDue = entries >= _settings.SnapshotEntries || bytes >= _settings.SnapshotBytes;
        bool isWorthIt = bytes >= length * _settings.SnapshotMinGrowth;
        return _stored.IsDamaged || (isDue && isWorthIt && !_stored.IsCovered(_peer.AppliedIndex))
            || _sending.IsRebuildWaitingBeyond(last);
    }

    private void Capture()
    {
        _begun = Now;
        if (_peer.TryCaptureImage())
            _work = new Work.Capturing();
        else
            Fail("the state machine failed and is about to be built anew");
    }

    // The snapshot would replace no event, and no actor waits for the entries after the latest snapshot.
    private bool IsNeedless(StateImage image)
    {
        long last = _stored.LastIncludedIndex;
        return _stored.IsCovered(image.Last.Index)
            && !_backups.IsWaitingBeyond(last) && !_sending.IsRebuildWaitingBeyond(last);
    }

    private void StartWriting(StateImage image, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        int slot = _slots.TakeFree()!.Value; // A slot was free when the image was asked for.
        var props = SnapshotWriter.Props(_slots.Chunks(slot), parts, _settings.SnapshotChunkSize);
        var writer = _context.ActorOf(props, $"write-snapshot-{++_writers}");
        _context.Watch(writer);
        var last = image.Last;
        var (index, configuration) = _configurations.At(last.Index);
        var unwritten = new SnapshotContent(0, 0, "");
        var snapshot = new Snapshot(last.Index, last.Term, last.Time, configuration, index, unwritten);
        _work = new Work.Writing(snapshot, slot, writer);
    }

    // The manifest is not saved before the entries that it includes are durable. An event under way may replace entries
    // of a former log. If that event were lost, entries of the former log would follow the snapshot.
    private void SaveManifest()
    {
        if (_work is not Work.Saving { Stored: null, Snapshot: var snapshot, Slot: var slot } saving)
            return;
        if (_peer.PersistedIndex < snapshot.LastIncludedIndex)
            return;
        long sequenceNr = _stored.LastCovered(snapshot.LastIncludedIndex);
        _work = saving with { Stored = _stored.Save(sequenceNr, _peer.Manifest(snapshot, slot)) };
    }

    private void Finish(StoredSnapshot latest)
    {
        EndWork();
        OnStored(latest);
        Consider(); // Many entries may have been applied meanwhile, or an actor waits for a later snapshot.
    }

    // A writer stops once the store has answered its last request. Until then no other writer is started.
    private void Abandon()
    {
        if (_work is Work.Writing writing)
            writing.Writer.Tell(AbandonSnapshot.Instance, _context.Self);
        else
            EndWork();
    }

    private void EndWork()
    {
        int? slot = (_work as Work.Writing)?.Slot ?? (_work as Work.Saving)?.Slot;
        _work = null;
        _permit.Return();
        if (slot is { } held)
            _slots.Release(held);
    }

    /// <summary>The present work on a snapshot.</summary>
    private abstract record Work
    {
        /// <summary>The state machine was asked for its image.</summary>
        public sealed record Capturing : Work;

        /// <summary>The image is being written. Its content is known at the end.</summary>
        public sealed record Writing(Snapshot Snapshot, int Slot, IActorRef Writer) : Work;

        /// <summary>The manifest is being saved, or is about to be.</summary>
        public sealed record Saving(Snapshot Snapshot, int Slot, StoredSnapshot? Stored) : Work;
    }
}

/// <summary>The time has come to try again to take a snapshot.</summary>
internal sealed record SnapshotBackoff : INoSerializationVerificationNeeded
{
    public static readonly SnapshotBackoff Instance = new();
}
