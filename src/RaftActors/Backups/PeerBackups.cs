using Akka.Actor;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>
/// The backups that are read from a peer. Each is a snapshot that has what was asked for; its slot is held until the
/// backup is read.
/// </summary>
internal sealed class PeerBackups
{
    private const int Most = 2;

    // Whoever takes a backup may be gone without a word.
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
    /// Whether a backup waits for more than an index: then a snapshot is taken even if the journal needs none.
    /// </summary>
    public bool IsWaitingBeyond(long index) => _waiting.Exists(waiting => waiting.AtLeast > index);

    /// <summary>Begins a backup with the latest snapshot, or has it wait for the next.</summary>
    /// <param name="atLeast">The entry that the backup has to include.</param>
    /// <param name="asker">Who wants the backup.</param>
    /// <param name="appliedIndex">The last entry that a snapshot would include now.</param>
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

    /// <summary>Tells somebody that there is no backup.</summary>
    public void Refuse(IActorRef asker, string reason) => asker.Tell(new BackupRefused(reason), _context.Self);

    /// <summary>Begins the backups for which a snapshot has enough.</summary>
    public void Begin(SnapshotManifest manifest)
    {
        long index = manifest.Snapshot.LastIncludedIndex;
        foreach (var (atLeast, asker) in _waiting)
            if (atLeast <= index)
                Begin(manifest, asker);
        _waiting.RemoveAll(waiting => waiting.AtLeast <= index);
    }

    /// <summary>
    /// Refuses what waits for more than an index. A state machine that was built anew may be behind what its
    /// predecessor had applied.
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

    /// <summary>Refuses all that wait, because there is no snapshot.</summary>
    public void RefuseAll(string problem)
    {
        foreach (var (_, asker) in _waiting)
            Refuse(asker, $"There is no snapshot: {problem}.");
        _waiting.Clear();
    }

    /// <summary>A reader has stopped.</summary>
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
