using Akka.Actor;

namespace Akka.Persistence.Snapshot;

/// <summary>Where no snapshot store is configured: nothing to load, and saving fails.</summary>
public sealed class NoSnapshotStore : SnapshotStore
{
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Task.FromResult<SelectedSnapshot?>(null);

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) => Refuse();

    protected override Task DeleteAsync(SnapshotMetadata metadata) => Refuse();

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Refuse();

    private static Task Refuse() => Task.FromException(new NoSnapshotStoreException("No snapshot store is configured: set akka.persistence.snapshot-store.plugin"));

    public sealed class NoSnapshotStoreException(string message) : AkkaException(message);
}
