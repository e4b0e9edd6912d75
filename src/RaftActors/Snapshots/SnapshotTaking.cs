using Akka.Actor;
using Akka.Event;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors.Snapshots;

/// <summary>What <see cref="SnapshotTaking"/> asks of its peer.</summary>
internal interface ITakingPeer : IReplica
{
    /// <summary>Asks the state machine for its image; answered by <see cref="StateImage"/>.</summary>
    /// <returns>Whether there is a state machine.</returns>
    bool TryCaptureImage();

    /// <summary>Whether an image is that of the state machine that is running.</summary>
    bool IsPresent(StateImage image);

    /// <summary>The manifest of a snapshot of the peer's own state, with all of the peer that is durable.</summary>
    SnapshotManifest Manifest(Snapshot snapshot, int slot);
}

/// <summary>
/// Takes snapshots of a peer's own state (paper, section 7), one at a time: asks the state machine for an image, has it
/// written into a free slot, and saves the manifest. Pauses while a snapshot of the leader is being installed.
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
    private readonly ITakingPeer _peer;
    private readonly List<IActorRef> _askers = [];
    private Work? _work;
    private bool _isPaused;
    private TimeSpan _notBefore;

    // Why there was no snapshot the last time, which was logged; null once there was one.
    private string? _problem;
    private long _writers;

    public SnapshotTaking(
        IActorContext context, RaftSettings settings, ILoggingAdapter logger, ConfigurationHistory configurations,
        StoredSnapshots stored, SnapshotSlots slots, SnapshotSending sending, LogCompaction compaction,
        PeerBackups backups, ITakingPeer peer)
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
        _peer = peer;
    }

    /// <summary>Whether a snapshot is being taken.</summary>
    public bool IsBusy => _work is not null;

    /// <summary>Whether the chunks of a snapshot are being written.</summary>
    public bool IsWritingChunks => _work is Work.Writing;

    private TimeSpan Now => _settings.ElapsedTime(_context.System.Scheduler);

    private bool IsAsked => _askers.Count > 0 || _backups.IsWaiting;

    /// <summary>
    /// Somebody wants a snapshot; answered by <see cref="SnapshotTaken"/> or <see cref="SnapshotFailed"/>.
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
    /// Begins to take a snapshot, if one is due or asked for and nothing else is done about snapshots.
    /// </summary>
    public void Consider()
    {
        if (_work is not null || _isPaused || _peer.WhySetAside is not null)
            return;
        if (_slots.HasFree)
        {
            if (IsAsked || (Now >= _notBefore && IsDue()))
                Capture();
        }
        else if (_slots.AreAllHeld) // Otherwise one will be empty soon.
        {
            RefuseAskers("all earlier ones are still being sent to followers, or read by backups");
        }
    }

    /// <summary>No snapshot is taken until <see cref="Resume"/>.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>Snapshots can be taken again.</summary>
    public void Resume() => _isPaused = false;

    /// <summary>The state machine has made the image that it was asked for, or could not.</summary>
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

    /// <summary>A writer has written all chunks.</summary>
    public void OnChunksWritten(ChunksWritten written, IActorRef writer)
    {
        if (_work is not Work.Writing writing || !writer.Equals(writing.Writer))
            return;
        _work = new Work.Saving(writing.Snapshot with { Content = written.Content }, writing.Slot, null);
        SaveManifest();
    }

    /// <summary>The log is durable up to a later entry: a manifest may have waited for that.</summary>
    public void OnLogWritten() => SaveManifest();

    /// <summary>A manifest is saved: the snapshot is the latest from now on, if the manifest is its.</summary>
    public void OnManifestSaved(long sequenceNr)
    {
        if (_work is not Work.Saving { Stored: { } stored } || stored.SequenceNr != sequenceNr)
            return;
        _compaction.Keep(stored);
        Finish(stored);
    }

    /// <summary>A writer has stopped before it had written all: it was told to.</summary>
    public bool OnTerminated(IActorRef ended)
    {
        if (_work is not Work.Writing writing || !ended.Equals(writing.Writer))
            return false;
        EndWork();
        return true;
    }

    /// <summary>The state machine failed, and with it what it was asked for.</summary>
    public void OnStateMachineFailed()
    {
        if (_work is Work.Capturing || (_work is null && !_isPaused && IsAsked))
            Fail("the state machine failed");
    }

    /// <summary>
    /// The state turned out to be wrong: no snapshot of it is stored, unless its manifest is on its way.
    /// </summary>
    public void OnSetAside(string why)
    {
        if (_work is not Work.Saving { Stored: not null })
            Abandon();
        RefuseAskers(why.TrimEnd('.'));
    }

    /// <summary>There is a new snapshot, taken or installed: those who wait for one are answered.</summary>
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

    /// <summary>There is no snapshot. For a while no other is begun, unless somebody asks for one.</summary>
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

    /// <summary>Those who wait for a snapshot get none.</summary>
    public void RefuseAskers(string problem)
    {
        foreach (var asker in _askers)
            asker.Tell(new SnapshotFailed($"There is no snapshot: {problem}."), _context.Self);
        _askers.Clear();
        _backups.RefuseAll(problem);
    }

    // By count and by bytes; but a large state is not written again and again for little news (dissertation, section
    // 5.1.2).
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
        if (_peer.TryCaptureImage())
            _work = new Work.Capturing();
        else
            Fail("the state machine failed and is about to be built anew");
    }

    // It would let go of no event, and nobody waits for what it has beyond the latest snapshot.
    private bool IsNeedless(StateImage image)
    {
        long last = _stored.LastIncludedIndex;
        return _stored.IsCovered(image.Last.Index)
            && !_backups.IsWaitingBeyond(last) && !_sending.IsRebuildWaitingBeyond(last);
    }

    private void StartWriting(StateImage image, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        int slot = _slots.TakeFree()!.Value; // There was one when the image was asked for.
        var props = SnapshotWriter.Props(_slots.Chunks(slot), parts, _settings.SnapshotChunkSize);
        var writer = _context.ActorOf(props, $"write-snapshot-{++_writers}");
        _context.Watch(writer);
        var last = image.Last;
        var (index, configuration) = _configurations.At(last.Index);
        var unwritten = new SnapshotContent(0, 0, "");
        var snapshot = new Snapshot(last.Index, last.Term, last.Time, configuration, index, unwritten);
        _work = new Work.Writing(snapshot, slot, writer);
    }

    // Not before what it covers is durable: an event on its way may replace entries of a former log, and if it is lost
    // nothing of that log may be left to go on after the snapshot.
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
        Consider(); // Much may have been applied meanwhile, or somebody waits for a later one.
    }

    // A writer ends by itself once the store has answered it; until then no other is started.
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
        if (slot is { } held)
            _slots.Release(held);
    }

    /// <summary>What is being done about a snapshot.</summary>
    private abstract record Work
    {
        /// <summary>The state machine was asked for its image.</summary>
        public sealed record Capturing : Work;

        /// <summary>The image is being written. The content is known in the end.</summary>
        public sealed record Writing(Snapshot Snapshot, int Slot, IActorRef Writer) : Work;

        /// <summary>The manifest is being saved, or is about to be.</summary>
        public sealed record Saving(Snapshot Snapshot, int Slot, StoredSnapshot? Stored) : Work;
    }
}

/// <summary>A snapshot may be tried again.</summary>
internal sealed record SnapshotBackoff : INoSerializationVerificationNeeded
{
    public static readonly SnapshotBackoff Instance = new();
}
