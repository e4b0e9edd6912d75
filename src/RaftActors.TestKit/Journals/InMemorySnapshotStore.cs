using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Snapshot;

namespace RaftActors.TestKit.Journals;

/// <summary>A snapshot store whose snapshots outlive its actor system.</summary>
internal sealed class InMemorySnapshotStore : SnapshotStore
{
    private readonly InMemoryStore _store;
    private readonly ObjectStorage _objects;

    public InMemorySnapshotStore(Config config)
    {
        _ = config;
        _store = PeerDisk.Of(Context.System).Store;
        _objects = new ObjectStorage(Context.System);
    }

    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        var found = _store.Stream(persistenceId).LatestSnapshot(criteria, long.MaxValue);
        return Task.FromResult(found is { } snapshot
            ? new SelectedSnapshot(new SnapshotMetadata(persistenceId, snapshot.SequenceNr, snapshot.Time), _objects.Load(snapshot.Snapshot))
            : null);
    }

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot, CancellationToken cancellationToken)
    {
        _store.Stream(metadata.PersistenceId).SaveSnapshot(metadata.SequenceNr, metadata.Timestamp, _objects.Store(snapshot));
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata, CancellationToken cancellationToken)
    {
        _store.Stream(metadata.PersistenceId).DeleteSnapshot(metadata.SequenceNr);
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        _store.Stream(persistenceId).DeleteSnapshots(criteria);
        return Task.CompletedTask;
    }
}
