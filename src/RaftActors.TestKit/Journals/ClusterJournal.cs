using Akka.Configuration;
using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit;

/// <summary>
/// Where the peers of a <see cref="RaftCluster"/> keep their journals. What a peer wrote outlives its crash.
/// </summary>
/// <remarks>
/// Between a peer and its journal stands the cluster: it gives a write its virtual time, and can hold it, lose it or
/// fail it.
/// </remarks>
public abstract class ClusterJournal
{
    private protected ClusterJournal()
    {
    }

    /// <summary>Journals in the memory of the test; events are serialized as they would be for a disk.</summary>
    public static ClusterJournal InMemory { get; } = new InMemoryClusterJournal();

    /// <summary>
    /// The plugin RaftActors.Persistence.Sqlite, one database file a peer. A crash leaves the files as they are at that
    /// moment, as killing a process does.
    /// </summary>
    /// <param name="directory">An existing directory, which the caller removes.</param>
    public static ClusterJournal Sqlite(string directory) => new SqliteClusterJournal(directory);

    /// <summary>
    /// The plugins' configuration for a peer: paths <see cref="JournalPath"/> and <see cref="SnapshotStorePath"/>.
    /// </summary>
    internal abstract Config ConfigFor(PeerDisk disk);

    /// <summary>Whether a write can be torn: whether there are bytes of which a part can be missing.</summary>
    internal virtual bool CanTear => false;

    internal abstract string JournalPath { get; }

    internal abstract string SnapshotStorePath { get; }

    /// <summary>Called when a peer's process dies, before its plugins close anything.</summary>
    /// <param name="disk">The peer's disk.</param>
    /// <param name="tear">
    /// Whether what was written since the last answered write is torn: only part of its bytes are left.
    /// </param>
    internal virtual void BeforeDeath(PeerDisk disk, bool tear)
    {
    }

    /// <summary>Called when a dead peer's plugins are gone.</summary>
    internal virtual void AfterDeath(PeerDisk disk)
    {
    }

    /// <summary>Called when writes begin to be held: what is written by now survives a power loss.</summary>
    internal virtual void Synced(PeerDisk disk)
    {
    }

    /// <summary>Removes all that a peer that is down has written.</summary>
    internal abstract void Wipe(PeerDisk disk);
}
