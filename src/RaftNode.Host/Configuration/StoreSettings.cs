using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence.Sql.Config;
using Akka.Util;
using LinqToDB;

namespace RaftNode.Host.Configuration;

/// <summary>The journal and the snapshot store in a node's configuration.</summary>
/// <param name="Journal">Where the events are.</param>
/// <param name="Snapshots">Where the snapshots are.</param>
internal sealed record StoreSettings(StorePlace Journal, StorePlace Snapshots)
{
    private const string JournalKey = "akka.persistence.journal.plugin";
    private const string SnapshotsKey = "akka.persistence.snapshot-store.plugin";

    /// <summary>Whether all data is in files of a node's own directory.</summary>
    public bool IsIn(string directory) => Journal.IsIn(directory) && Snapshots.IsIn(directory);

    /// <summary>Reads the settings.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="journalId">The plugin that <c>raft.journal-plugin-id</c> names; empty for the default.</param>
    /// <param name="snapshotsId">The plugin that <c>raft.snapshot-plugin-id</c> names; empty for the default.</param>
    /// <param name="directory">The node's data directory.</param>
    /// <exception cref="NodeStartException">A plugin is not configured. The message names its key.</exception>
    public static StoreSettings From(Config config, string journalId, string snapshotsId, string directory)
    {
        var journal = Read(config, "raft.journal-plugin-id", journalId, JournalKey, directory);
        var snapshots = Read(config, "raft.snapshot-plugin-id", snapshotsId, SnapshotsKey, directory);
        // A database server has one database for both, unlike files, which are better kept apart. So the database need
        // not be configured twice.
        if (snapshots is { ConnectionString: "" } && snapshots.Provider == journal.Provider)
            snapshots = snapshots with { ConnectionString = journal.ConnectionString };
        return new StoreSettings(journal, snapshots);
    }

    /// <summary>
    /// The settings that lead the plugins to this node's data. They go before the node's configuration.
    /// </summary>
    public Config Overrides() => ConfigurationFactory.ParseString(Journal.Settings() + Snapshots.Settings());

    /// <summary>
    /// The configuration of an actor system for the store of a stopped node. It has no network, and these plugins are
    /// its defaults.
    /// </summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="readOnly">Whether nothing may be written and no table may be made.</param>
    public Config Offline(Config config, bool readOnly)
    {
        var store = readOnly ? new StoreSettings(Journal.ReadOnly(), Snapshots.ReadOnly()) : this;
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

    /// <summary>Starts an actor system with the store.</summary>
    /// <param name="name">The system's name.</param>
    /// <param name="config">The system's configuration.</param>
    /// <param name="setups">What the system needs besides its configuration.</param>
    public ActorSystem StartSystem(string name, Config config, params IEnumerable<Setup> setups)
    {
        if (Setup(config) is { } setup)
            setups = setups.Append(setup);
        // ActorSystem.Create does the same. But if it has setups, it first reads an XML configuration, which no node
        // has. That loads the libraries for such a configuration: 4 MiB, and a twentieth of the start.
        var system = new ActorSystemImpl(name, config, ActorSystemSetup.Create([.. setups]), Option<Props>.None);
        system.Start();
        return system;
    }

    // What an actor system needs for the store, besides its configuration; null for nothing.
    private Setup? Setup(Config config)
    {
        var places = new[] { Journal, Snapshots }.Where(static place => place.IsSqlOnSqlite).ToList();
        return places.Count == 0 ? null : Setup(config, places);
    }

    // A separate method, because the libraries that it uses are loaded when it is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Setup Setup(Config config, IReadOnlyList<StorePlace> places)
    {
        var sql = new MultiDataOptionsSetup();
        foreach (var place in places)
        {
            var connection = config.GetString($"{place.PluginId}.connection-string");
            var options = new DataOptions().UseConnectionString(place.Provider!, connection);
            sql.AddDataOptions(place.PluginId, options.UseInterceptor(new SqliteConnectionSetup()));
        }
        return sql;
    }

    private static StorePlace Read(Config config, string ownKey, string own, string key, string directory)
    {
        var (named, id) = own.Length > 0 ? (ownKey, own) : (key, config.GetString(key, "") ?? "");
        return StorePlace.Read(config, named, id, directory).WithEnvironment();
    }
}
