using Akka.Actor;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>
/// The backups that are being read from a peer. Each reads a snapshot that includes the requested entry. The snapshot's
/// slot is held until the backup has been read.
/// </summary>
internal sealed class PeerBackups
{
    private const int Most = 2;

    // A reader may have gone without saying so.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IActorContext _context;
    private readonly RaftSettings _settings;
    private readonly StoredSnapshots _stored;
    private readonly SnapshotSlots _slots;
    private readonly List<(long AtLeast, IActorRef Asker)> _waiting = [];
    private readonly List<(int Slot, IActorRef Reader)> _readers = [];
    private long _started;

    public PeerBackups(IActorContext context, RaftSettings settings, StoredSnapshots stored, SnapshotSlots slots)
    {
        _context = context;
        _settings = settings;
        _stored = stored;
        _slots = slots;
    }

    /// <summary>Whether a backup waits for a snapshot.</summary>
    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>
    /// Whether a backup waits for an entry after an index. If so, a snapshot is taken even if the journal does not need
    /// one.
    /// </summary>
    public bool IsWaitingBeyond(long index) => _waiting.Exists(waiting => waiting.AtLeast > index);

    /// <summary>Begins a backup with the latest snapshot, or lets the backup wait for the next one.</summary>
    /// <param name="atLeast">The index of the entry that the backup must include.</param>
    /// <param name="asker">The actor that asked for the backup.</param>
    /// <param name="appliedIndex">The index of the last entry that a snapshot would include now.</param>
    public void Ask(long atLeast, IActorRef asker, long appliedIndex)
    {
        if (_readers.Count + _waiting.Count >= Most)
        {
            string problem = $"{Most} backups are being read from this node; ";
            Refuse(asker, problem + "ask again when one of them has ended, or another node.");
            return;
        }
        long enough = Math.Max(Math.Max(atLeast, 1), appliedIndex);
        if (_stored is { IsDamaged: false, Latest: { } latest } && _stored.LastIncludedIndex >= enough)
            Begin(latest.Manifest, asker);
        else
            _waiting.Add((atLeast, asker));
    }

    /// <summary>Tells an actor that its backup cannot be made.</summary>
    public void Refuse(IActorRef asker, string reason) => asker.Tell(new BackupRefused(reason), _context.Self);

    /// <summary>Begins the backups whose entry a snapshot includes.</summary>
    public void Begin(SnapshotManifest manifest)
    {
        long index = manifest.Snapshot.LastIncludedIndex;
        foreach (var (atLeast, asker) in _waiting)
            if (atLeast <= index)
                Begin(manifest, asker);
        _waiting.RemoveAll(waiting => waiting.AtLeast <= index);
    }

    /// <summary>
    /// Refuses the backups that wait for an entry after an index. A state machine that was built anew may be behind the
    /// entries that its predecessor had applied.
    /// </summary>
    public void RefuseBeyond(long index)
    {
        foreach (var (atLeast, asker) in _waiting)
        {
            if (atLeast <= index)
                continue;
            string problem = $"This node's state is that of entry {index}, and entry {atLeast} was asked for: ";
            Refuse(asker, problem + "it is catching up. Ask again, or another node.");
        }
        _waiting.RemoveAll(waiting => waiting.AtLeast > index);
    }

    /// <summary>Refuses all waiting backups, because no snapshot was taken.</summary>
    public void RefuseAll(string problem)
    {
        foreach (var (_, asker) in _waiting)
            Refuse(asker, $"There is no snapshot: {problem}.");
        _waiting.Clear();
    }

    /// <summary>Called when a reader may have stopped.</summary>
    /// <returns>Whether the actor was a reader.</returns>
    public bool OnTerminated(IActorRef reader)
    {
        int at = _readers.FindIndex(backup => backup.Reader.Equals(reader));
        if (at < 0)
            return false;
        int slot = _readers[at].Slot;
        _readers.RemoveAt(at);
        _slots.Release(slot);
        return true;
    }

    /// <summary>Ends the backups that are being read.</summary>
    public void StopReading()
    {
        foreach (var (_, reader) in _readers)
            _context.Stop(reader);
    }

    private void Begin(SnapshotManifest manifest, IActorRef asker)
    {
        var props = SnapshotReader.Props(manifest.Snapshot.Content, _slots.Chunks(manifest.Slot), Patience);
        var reader = _context.ActorOf(props, $"read-backup-{++_started}");
        _context.Watch(reader);
        _slots.Hold(manifest.Slot);
        _readers.Add((manifest.Slot, reader));
        var takenAt = _settings.Clock.GetUtcNow();
        asker.Tell(new BackupStarted(_settings.Group, manifest.Snapshot, takenAt, reader), _context.Self);
    }
}
