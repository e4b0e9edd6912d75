using Akka.Configuration;
using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit;

/// <summary>
/// Where the peers of a <see cref="RaftCluster"/> keep their journals. A journal outlives the crash of its peer.
/// </summary>
/// <remarks>
/// The cluster stands between a peer and its journal. It gives each write its virtual time, and can hold a write, lose
/// it or let it fail.
/// </remarks>
public abstract class ClusterJournal
{
    private protected ClusterJournal()
    {
    }

    /// <summary>Journals in the memory of the test. Events are serialized as for a disk.</summary>
    public static ClusterJournal InMemory { get; } = new InMemoryClusterJournal();

    /// <summary>
    /// The plugin RaftActors.Persistence.Sqlite, with one database file for each peer. A crash leaves the files as they
    /// are at that moment, as killing a process does.
    /// </summary>
    /// <param name="directory">An existing directory. The caller removes it.</param>
    public static ClusterJournal Sqlite(string directory) => new SqliteClusterJournal(directory);

    /// <summary>
    /// The plugins' configuration for a peer: paths <see cref="JournalPath"/> and <see cref="SnapshotStorePath"/>.
    /// </summary>
    internal abstract Config ConfigFor(PeerDisk disk);

    /// <summary>Whether a write can be torn: only a part of its bytes reaches the disk.</summary>
    internal virtual bool CanTear => false;

    internal abstract string JournalPath { get; }

    internal abstract string SnapshotStorePath { get; }

    /// <summary>Called when a peer's process dies, before its plugins close anything.</summary>
    /// <param name="disk">The peer's disk.</param>
    /// <param name="tear">
    /// Whether to tear what was written since the last answered write: only a part of its bytes is kept.
    /// </param>
    internal virtual void BeforeDeath(PeerDisk disk, bool tear)
    {
    }

    /// <summary>Called when the plugins of a dead peer have ended.</summary>
    internal virtual void AfterDeath(PeerDisk disk)
    {
    }

    /// <summary>Called when writes begin to be held. What has been written by now survives a power loss.</summary>
    internal virtual void Synced(PeerDisk disk)
    {
    }

    /// <summary>Removes everything that a peer has written. The peer must be down.</summary>
    internal abstract void Wipe(PeerDisk disk);
}
