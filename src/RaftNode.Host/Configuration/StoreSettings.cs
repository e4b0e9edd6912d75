using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence.Sql.Config;
using LinqToDB;
using RaftActors;

namespace RaftNode.Host.Configuration;

/// <summary>The journal and the snapshot store that a node's configuration chooses.</summary>
/// <param name="Journal">Where the events are.</param>
/// <param name="Snapshots">Where the snapshots are.</param>
internal sealed record StoreSettings(StorePlace Journal, StorePlace Snapshots)
{
    private const string JournalKey = "akka.persistence.journal.plugin";
    private const string SnapshotsKey = "akka.persistence.snapshot-store.plugin";

    /// <summary>Whether the journal is in a database of its node's own directory, which no other node has.</summary>
    public bool IsInDirectory => Journal.File is not null;

    /// <summary>Reads the settings.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="raft">The peer's settings, which may name plugins that are not the system's defaults.</param>
    /// <param name="directory">The node's data directory.</param>
    /// <exception cref="NodeStartException">A plugin is not configured; the message names its key.</exception>
    public static StoreSettings From(Config config, RaftSettings raft, string directory)
    {
        var journal = Read(config, "raft.journal-plugin-id", raft.JournalPluginId, JournalKey, directory);
        var snapshots = Read(config, "raft.snapshot-plugin-id", raft.SnapshotPluginId, SnapshotsKey, directory);
        // A server has a database, and not files that are better apart: so it need not be named twice.
        return new StoreSettings(journal, snapshots is { ConnectionString: "" } && snapshots.Provider == journal.Provider ? snapshots with { ConnectionString = journal.ConnectionString } : snapshots);
    }

    /// <summary>What leads the plugins to where this node's data is, over the node's configuration.</summary>
    public Config Overrides() => ConfigurationFactory.ParseString(Journal.Settings() + Snapshots.Settings());

    /// <summary>The configuration of an actor system that uses the store without a network, and with these plugins as its defaults.</summary>
    /// <param name="readOnly">Whether nothing may be written, and no table made.</param>
    /// <param name="config">The node's configuration.</param>
    public Config Offline(Config config, bool readOnly)
    {
        var store = readOnly ? this with { Journal = ReadOnly(Journal), Snapshots = ReadOnly(Snapshots) } : this;
        var text = $"""
            akka.actor.provider = local
            akka.loglevel = OFF
            akka.loggers = []
            {JournalKey} = {Journal.PluginId}
            {SnapshotsKey} = {Snapshots.PluginId}

            """;
        if (readOnly)
            text += $"{Journal.PluginId}.auto-initialize = off\n{Snapshots.PluginId}.auto-initialize = off\n";
        return ConfigurationFactory.ParseString(text).WithFallback(store.Overrides()).WithFallback(config);
    }

    /// <summary>How an actor system that has the store is set up.</summary>
    /// <param name="config">The system's configuration.</param>
    public ActorSystemSetup Setup(Config config)
    {
        var sql = new MultiDataOptionsSetup();
        foreach (var place in new[] { Journal, Snapshots }.Where(static place => place.IsSqlOnSqlite))
        {
            var options = new DataOptions().UseConnectionString(place.Provider!, config.GetString($"{place.PluginId}.connection-string"));
            sql.AddDataOptions(place.PluginId, options.UseInterceptor(new SqliteConnectionSetup()));
        }
        return ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), sql);
    }

    private static StorePlace Read(Config config, string ownKey, string own, string key, string directory) =>
        StorePlace.Read(config, own.Length > 0 ? ownKey : key, own.Length > 0 ? own : config.GetString(key, "") ?? "", directory).WithEnvironment();

    private static StorePlace ReadOnly(StorePlace place) => place switch
    {
        { IsSqlOnSqlite: true } => place with { ConnectionString = $"{place.ConnectionString};Mode=ReadOnly" },
        { IsPostgresql: true } => place with { ConnectionString = $"{place.ConnectionString};Options=-c default_transaction_read_only=on" },
        _ => place,
    };
}
