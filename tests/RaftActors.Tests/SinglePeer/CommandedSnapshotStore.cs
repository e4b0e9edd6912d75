using Akka.Persistence;
using Akka.Persistence.Snapshot;
using RaftActors.Snapshots;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A snapshot store in memory that refuses or disowns manifests when its <see cref="Disk"/> is told so, and tells it where chunks are saved and what is deleted. Of a range it heeds the upper bounds only, as many stores do. A peer has it as <c>commanded-snapshots</c>.</summary>
public sealed class CommandedSnapshotStore : MemorySnapshotStore
{
    private readonly Disk _disk = Disk.Of(Context.System);

    protected override async Task SaveAsync(SnapshotMetadata metadata, object snapshot, CancellationToken cancellationToken)
    {
        if (snapshot is not SnapshotManifest)
            _disk.SavedChunks.Enqueue(metadata.PersistenceId);
        else if (_disk.RefusesManifests)
            throw new IOException("The disk is full.");
        await base.SaveAsync(metadata, snapshot, cancellationToken).ConfigureAwait(false);
        if (snapshot is SnapshotManifest && _disk.DisownsManifests)
            throw new IOException("The disk does not answer.");
    }

    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        if (_disk.HeldLoads is { } held && held.PersistenceId == persistenceId)
            await held.Until.ConfigureAwait(false);
        return await base.LoadAsync(persistenceId, criteria, cancellationToken).ConfigureAwait(false);
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata, CancellationToken cancellationToken) =>
        _disk.DisownsManifests ? throw new IOException("The disk does not answer.") : base.DeleteAsync(metadata, cancellationToken);

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        _disk.DeletedChunks.Enqueue(persistenceId);
        return base.DeleteAsync(persistenceId, new SnapshotSelectionCriteria(criteria.MaxSequenceNr, criteria.MaxTimeStamp), cancellationToken);
    }
}
