using Akka.Configuration;

namespace RaftActors.TestKit.Journals;

/// <summary>Keeps events and snapshots in <see cref="PeerDisk.Store"/>.</summary>
internal sealed class InMemoryClusterJournal : ClusterJournal
{
    internal override string JournalPath => VirtualConfig.JournalPath;

    internal override string SnapshotStorePath => VirtualConfig.SnapshotStorePath;

    internal override Config ConfigFor(PeerDisk disk) => VirtualConfig.Default;

    internal override void Wipe(PeerDisk disk) => disk.Store.Clear();
}
