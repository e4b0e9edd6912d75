using Akka.Configuration;

namespace RaftActors.TestKit.Journals;

/// <summary>Keeps events and snapshots in <see cref="PeerDisk.Store"/>.</summary>
internal sealed class InMemoryClusterJournal : ClusterJournal
{
    internal override string JournalPath => "raftactors.testkit.journal.in-memory";

    internal override string SnapshotStorePath => "raftactors.testkit.snapshot-store.in-memory";

    internal override Config ConfigFor(PeerDisk disk) => ConfigurationFactory.ParseString("""
        raftactors.testkit.journal.in-memory.class = "RaftActors.TestKit.Journals.InMemoryJournal, RaftActors.TestKit"
        raftactors.testkit.snapshot-store.in-memory.class = "RaftActors.TestKit.Journals.InMemorySnapshotStore, RaftActors.TestKit"
        """);

    internal override void Wipe(PeerDisk disk) => disk.Store.Clear();
}
