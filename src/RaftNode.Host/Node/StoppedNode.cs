using Akka.Configuration;
using RaftActors.Inspection;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>A node that does not run, and its data, for the commands that look into it or change it.</summary>
/// <param name="Directory">The node's own directory.</param>
/// <param name="Store">Its journal and snapshot store.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="PersistenceId">Its peer's persistence id; <c>null</c> when the journal is empty.</param>
internal sealed record StoppedNode(string Directory, StoreSettings Store, Config Config, string? PersistenceId)
{
    /// <summary>Where journal-sql.conf has the snapshots.</summary>
    private const string SnapshotsFile = "raft-snapshots.db";

    /// <summary>Finds the node that a command is told of.</summary>
    /// <param name="configFile">The node's file; <c>null</c> for the defaults: the database says whose it is.</param>
    /// <param name="directory">The node's own directory; <c>null</c> for the one that its file leads to.</param>
    /// <exception cref="NodeStartException">There is no such node; the message says what to give.</exception>
    /// <exception cref="RaftActors.Storage.StoreException">Its journal is no database.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">Its journal cannot be read.</exception>
    public static StoppedNode Find(string? configFile, string? directory) => Locate(configFile, directory).WithOwner();

    /// <summary>Finds the node without a look into its journal, which could change that.</summary>
    /// <param name="configFile">The node's file; <c>null</c> for the defaults.</param>
    /// <param name="directory">The node's own directory; <c>null</c> for the one that its file leads to.</param>
    /// <exception cref="NodeStartException">There is no such node; the message says what to give.</exception>
    public static StoppedNode Locate(string? configFile, string? directory)
    {
        var node = configFile is null
            ? ByDirectory(directory ?? throw new NodeStartException("give a node's directory, or its --config"))
            : ByFile(configFile, directory);
        if (node.Store.Journal.File is not { } journal)
            return node;
        if (!File.Exists(journal))
        {
            throw new NodeStartException($"there is no {journal}: give the directory of one node, such as data/node1"
                + (configFile is null ? "; of a node whose journal is elsewhere, give its file with --config" : ""));
        }
        return node;
    }

    /// <summary>The node with the persistence id that its journal has.</summary>
    /// <exception cref="NodeStartException">The journal is another node's.</exception>
    /// <exception cref="RaftActors.Storage.StoreException">The journal is no database.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The journal cannot be read.</exception>
    public StoppedNode WithOwner()
    {
        if (Store.Journal.File is not { } journal)
            return this;
        // With this SQLite also takes back what a process that was killed had half written, for which it has to write.
        var owner = JournalFile.Owner(journal);
        if (PersistenceId is { } expected && owner is not null && owner != expected)
            throw new NodeStartException($"{journal} belongs to {owner}, and its configuration is that of {expected}");
        return this with { PersistenceId = owner };
    }

    /// <summary>The node with copies of its databases, so that no look into them changes them.</summary>
    /// <param name="directory">Where the copies are made: an empty directory.</param>
    /// <exception cref="IOException">
    /// The disk of that directory has too little room, or a database cannot be read.
    /// </exception>
    /// <remarks>
    /// SQLite folds the log of a process that was killed into the database as soon as that is opened.
    /// </remarks>
    public StoppedNode Copy(string directory) =>
        this with { Store = new StoreSettings(Copy(Store.Journal, directory), Copy(Store.Snapshots, directory)) };

    private static StorePlace Copy(StorePlace place, string directory)
    {
        if (place.File is not { } file || !File.Exists(file))
            return place;
        var copy = Path.Combine(directory, Path.GetFileName(file));
        if (!File.Exists(copy))
        {
            File.Copy(file, copy);
            if (File.Exists(file + "-wal"))
                File.Copy(file + "-wal", copy + "-wal");
        }
        return place.At(copy);
    }

    /// <summary>Holds what a node that runs holds, so that none starts meanwhile.</summary>
    /// <exception cref="NodeStartException">A node runs on it, or its database cannot be reached.</exception>
    public Task<StoreHold> HoldAsync() => StoreHold.TakeAsync(Directory, Store, PersistenceId);

    /// <summary>Reads what the node would start from.</summary>
    /// <exception cref="NodeStartException">The store cannot be opened.</exception>
    /// <exception cref="IOException">The store does not answer.</exception>
    public Task<StoreReport> InspectAsync() =>
        OfflineStore.UseAsync(
            Store, Config, readOnly: true, system => StoreInspector.InspectAsync(system, PersistenceId!));

    private static StoppedNode ByFile(string configFile, string? directory)
    {
        var settings = NodeSettings.Load(configFile, ownDirectory: directory);
        return new StoppedNode(settings.DataDirectory, settings.Store, settings.Config, settings.Raft.PersistenceId);
    }

    private static StoppedNode ByDirectory(string directory)
    {
        var config = NodeSettings.Reference().WithFallback(RaftActors.Raft.DefaultConfig());
        // The directory shows which of the two SQLite plugins it is of: only one of them has two files.
        if (File.Exists(Path.Combine(directory, SnapshotsFile)))
        {
            var shipped = Path.Combine(AppContext.BaseDirectory, "hocon", "journal-sql.conf");
            config = ConfigFile.Load(shipped).Config.WithFallback(config);
        }
        return new StoppedNode(directory, StoreSettings.From(config, "", "", directory), config, null);
    }
}
