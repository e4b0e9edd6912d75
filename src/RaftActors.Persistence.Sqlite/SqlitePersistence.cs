using Akka.Actor;
using Akka.Configuration;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite;

/// <summary>
/// The extension of the SQLite plugins. The extension adds the plugins' defaults to the configuration of an actor
/// system, and holds the databases that the actor system has open.
/// </summary>
public sealed class SqlitePersistence : IExtension
{
    /// <summary>The path of the journal's section. Name it in <c>akka.persistence.journal.plugin</c>.</summary>
    public const string JournalId = "akka.persistence.journal.raft-sqlite";

    /// <summary>
    /// The path of the snapshot store's section. Name it in <c>akka.persistence.snapshot-store.plugin</c>.
    /// </summary>
    public const string SnapshotStoreId = "akka.persistence.snapshot-store.raft-sqlite";

    internal SqlitePersistence(ExtendedActorSystem system)
    {
        system.Settings.InjectTopLevelFallback(DefaultConfig());
        Databases = new OpenDatabases(system);
    }

    internal OpenDatabases Databases { get; }

    /// <summary>The extension of an actor system. The first call creates it.</summary>
    /// <param name="system">The actor system.</param>
    public static SqlitePersistence Get(ActorSystem system) =>
        system.WithExtension<SqlitePersistence, SqlitePersistenceProvider>();

    /// <summary>The defaults of both plugins: <c>reference.conf</c> of this assembly.</summary>
    public static Config DefaultConfig() =>
        ConfigurationFactory.FromResource(
            "RaftActors.Persistence.Sqlite.reference.conf", typeof(SqlitePersistence).Assembly);
}

/// <summary>Creates <see cref="SqlitePersistence"/>. <c>akka.extensions</c> may name this class.</summary>
public sealed class SqlitePersistenceProvider : ExtensionIdProvider<SqlitePersistence>
{
    /// <inheritdoc/>
    public override SqlitePersistence CreateExtension(ExtendedActorSystem system) => new(system);
}
