using Akka.Configuration;
using RaftActors.Persistence.Sqlite;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// The SQLite plugin, with one database file for each peer. A dying process leaves the image of its files at that
/// moment. Without the image, the end of the actor system would close the database in an orderly way.
/// </summary>
internal sealed class SqliteClusterJournal(string directory) : ClusterJournal
{
    private readonly Dictionary<PeerDisk, DatabaseImage> _synced = [];
    private readonly Dictionary<PeerDisk, DatabaseImage> _left = [];

    internal override bool CanTear => true;

    internal override string JournalPath => SqlitePersistence.JournalId;

    internal override string SnapshotStorePath => SqlitePersistence.SnapshotStoreId;

    internal override Config ConfigFor(PeerDisk disk) => ConfigurationFactory.ParseString($$"""
        akka.persistence {
          journal.raft-sqlite { file = "{{Database(disk)}}", wal-size = 1 MiB }
          snapshot-store.raft-sqlite { file = "{{Database(disk)}}", wal-size = 1 MiB }
        }
        """).WithFallback(SqlitePersistence.DefaultConfig());

    internal override void Synced(PeerDisk disk) => _synced[disk] = DatabaseImage.Of(Database(disk));

    internal override void BeforeDeath(PeerDisk disk, bool tear)
    {
        var image = DatabaseImage.Of(Database(disk));
        _left[disk] = tear && _synced.TryGetValue(disk, out var synced) ? image.TornFrom(synced, disk.Draw()) : image;
        _synced.Remove(disk);
    }

    internal override void AfterDeath(PeerDisk disk)
    {
        if (_left.Remove(disk, out var image))
            image.Restore();
    }

    internal override void Wipe(PeerDisk disk) => DatabaseImage.Delete(Database(disk));

    private string Database(PeerDisk disk) => Path.Combine(directory, $"{disk.PeerId}.db");
}
