using Akka.Persistence;
using Akka.Persistence.Snapshot;
using RaftActors.Snapshots;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A snapshot store in memory that refuses manifests when its <see cref="Disk"/> is told so. A peer has it as <c>commanded-snapshots</c>.</summary>
public sealed class CommandedSnapshotStore : MemorySnapshotStore
{
    private readonly Disk _disk = Disk.Of(Context.System);

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) =>
        _disk.RefusesManifests && snapshot is SnapshotManifest ? throw new IOException("The disk is full.") : base.SaveAsync(metadata, snapshot);
}
