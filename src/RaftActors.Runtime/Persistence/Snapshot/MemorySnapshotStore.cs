namespace Akka.Persistence.Snapshot;

/// <summary>Keeps snapshots as long as the actor system lives.</summary>
public class MemorySnapshotStore : SnapshotStore
{
    private readonly List<SelectedSnapshot> _snapshots = [];

    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromResult(_snapshots.Where(snapshot => IsMatch(snapshot, persistenceId, criteria)).MaxBy(snapshot => snapshot.Metadata.SequenceNr));

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        _snapshots.RemoveAll(saved => saved.Metadata.PersistenceId == metadata.PersistenceId && saved.Metadata.SequenceNr == metadata.SequenceNr);
        _snapshots.Add(new SelectedSnapshot(metadata, snapshot));
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        _snapshots.RemoveAll(saved => saved.Metadata.PersistenceId == metadata.PersistenceId && saved.Metadata.SequenceNr == metadata.SequenceNr
            && (metadata.Timestamp == DateTime.MinValue || saved.Metadata.Timestamp <= metadata.Timestamp));
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        _snapshots.RemoveAll(snapshot => IsMatch(snapshot, persistenceId, criteria));
        return Task.CompletedTask;
    }

    private static bool IsMatch(SelectedSnapshot snapshot, string persistenceId, SnapshotSelectionCriteria criteria) =>
        snapshot.Metadata.PersistenceId == persistenceId && criteria.IsMatch(snapshot.Metadata);
}
