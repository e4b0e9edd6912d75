using Akka.Configuration;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// The SQL plugin, a database file a peer. What a dying process leaves is the image of its files at that moment: closing the database in an orderly way, as the end of an
/// actor system does, would tidy up first.
/// </summary>
internal sealed class SqliteClusterJournal(string directory) : ClusterJournal
{
    internal const string JournalType = "Akka.Persistence.Sql.Journal.SqlWriteJournal";
    internal const string PluginAssembly = "Akka.Persistence.Sql";
    private const string SnapshotStoreType = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore";

    private readonly Dictionary<PeerDisk, DatabaseImage> _synced = [];
    private readonly Dictionary<PeerDisk, DatabaseImage> _left = [];

    internal override bool CanTear => true;

    internal override string JournalPath => "akka.persistence.journal.sql";

    internal override string SnapshotStorePath => "akka.persistence.snapshot-store.sql";

    internal override Config ConfigFor(PeerDisk disk) => ConfigurationFactory.ParseString($$"""
        akka.persistence {
          journal.sql {
            class = "{{JournalType}}, {{PluginAssembly}}"
            connection-string = "Data Source={{Database(disk)}}"
            provider-name = "SQLite.MS"
            auto-initialize = on
            wal-size = 1 MiB
          }
          snapshot-store.sql {
            class = "{{SnapshotStoreType}}, {{PluginAssembly}}"
            connection-string = "Data Source={{Database(disk)}}"
            provider-name = "SQLite.MS"
            auto-initialize = on
          }
        }
        """);

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
