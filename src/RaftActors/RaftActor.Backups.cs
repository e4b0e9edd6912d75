using Akka.Actor;
using RaftActors.Backups;
using RaftActors.Snapshots;

namespace RaftActors;

// Backups: a snapshot that has what was asked for, kept until it is read.
internal sealed partial class RaftActor
{
    private const int MaxBackups = 2;

    private readonly List<(long AtLeast, IActorRef Asker)> _backupAskers = [];
    private readonly List<(int Slot, IActorRef Reader)> _backups = [];

    private void OnStartBackup(StartBackup backup, IActorRef asker)
    {
        if (IsSetAside)
        {
            asker.Tell(new BackupRefused(SetAsideMessage()), Self);
            return;
        }
        if (_backups.Count + _backupAskers.Count >= MaxBackups)
        {
            asker.Tell(new BackupRefused($"{MaxBackups} backups are being read from this node; ask again when one of them has ended, or another node."), Self);
            return;
        }
        if (!IsDamaged && _snapshot is { } stored && stored.Manifest.Snapshot.LastIncludedIndex >= Math.Max(backup.AtLeast, 1) && stored.Manifest.Snapshot.LastIncludedIndex >= _machine.AppliedIndex)
        {
            BeginBackup(stored.Manifest, asker);
            return;
        }
        _backupAskers.Add((backup.AtLeast, asker));
        ConsiderSnapshot();
    }

    /// <summary>Whether a backup waits for more than an index: then a snapshot is taken even if the journal needs none.</summary>
    private bool IsBackupWaitingBeyond(long index) => _backupAskers.Exists(waiting => waiting.AtLeast > index);

    // A state machine that was built anew may be behind what its predecessor had applied.
    private void RefuseBackupsBeyond(long index)
    {
        foreach (var (atLeast, asker) in _backupAskers)
            if (atLeast > index)
                asker.Tell(new BackupRefused($"This node's state is that of entry {index}, and entry {atLeast} was asked for: it is catching up. Ask again, or another node."), Self);
        _backupAskers.RemoveAll(waiting => waiting.AtLeast > index);
    }

    private void RefuseBackups(string problem)
    {
        foreach (var (_, asker) in _backupAskers)
            asker.Tell(new BackupRefused($"There is no snapshot: {problem}."), Self);
        _backupAskers.Clear();
    }

    private void StartBackups(SnapshotManifest manifest)
    {
        foreach (var (atLeast, asker) in _backupAskers)
            if (atLeast <= manifest.Snapshot.LastIncludedIndex)
                BeginBackup(manifest, asker);
        _backupAskers.RemoveAll(waiting => waiting.AtLeast <= manifest.Snapshot.LastIncludedIndex);
    }

    private void BeginBackup(SnapshotManifest manifest, IActorRef asker)
    {
        var reader = Context.ActorOf(BackupReader.Props(Chunks(manifest.Slot)), $"read-backup-{++_snapshotActors}");
        Context.Watch(reader);
        _backups.Add((manifest.Slot, reader));
        asker.Tell(new BackupStarted(_settings.Group, manifest.Snapshot, _settings.Clock.GetUtcNow(), reader), Self);
    }

    private bool IsBackedUp(int slot) => _backups.Exists(backup => backup.Slot == slot);

    private bool EndBackup(IActorRef reader)
    {
        int at = _backups.FindIndex(backup => backup.Reader.Equals(reader));
        if (at < 0)
            return false;
        int slot = _backups[at].Slot;
        _backups.RemoveAt(at);
        PruneIfUnused(slot);
        return true;
    }
}
