using Akka.Configuration;
using RaftActors.Inspection;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>A stopped node and its data, for the commands that read or change the data.</summary>
/// <param name="Directory">The node's own directory.</param>
/// <param name="Store">The node's journal and snapshot store.</param>
/// <param name="Config">The node's configuration.</param>
/// <param name="PersistenceIds">The persistence ids of the node's peers; empty if the journal is.</param>
internal sealed record StoppedNode(
    string Directory, StoreSettings Store, Config Config, IReadOnlyList<string> PersistenceIds)
{
    /// <summary>The file with the snapshots according to journal-sql.conf.</summary>
    private const string SnapshotsFile = "raft-snapshots.db";

    /// <summary>Finds the node that a command names.</summary>
    /// <param name="configFile">
    /// The node's file; <c>null</c> for the defaults. The database then says whose it is.
    /// </param>
    /// <param name="directory">The node's own directory; <c>null</c> for the directory in its file.</param>
    /// <exception cref="NodeStartException">There is no such node. The message says what to give.</exception>
    /// <exception cref="RaftActors.Storage.StoreException">The node's journal is not a database.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The node's journal cannot be read.</exception>
    public static StoppedNode Find(string? configFile, string? directory) => Locate(configFile, directory).WithOwner();

    /// <summary>Finds the node without reading its journal, because reading could change it.</summary>
    /// <param name="configFile">The node's file; <c>null</c> for the defaults.</param>
    /// <param name="directory">The node's own directory; <c>null</c> for the directory in its file.</param>
    /// <exception cref="NodeStartException">There is no such node. The message says what to give.</exception>
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

    /// <summary>The node with the persistence ids in its journal.</summary>
    /// <exception cref="NodeStartException">The journal belongs to another node.</exception>
    /// <exception cref="RaftActors.Storage.StoreException">The journal is not a database.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The journal cannot be read.</exception>
    public StoppedNode WithOwner()
    {
        if (Store.Journal.File is not { } journal)
            return this;
        // SQLite then also rolls back a half-written transaction of a process that was killed, and must write for that.
        var owners = JournalFile.Owners(journal);
        if (PersistenceIds is [var expected, ..]
            && owners.FirstOrDefault(id => !PersistenceIds.Contains(id)) is { } owner)
            throw new NodeStartException($"{journal} belongs to {owner}, and its configuration is that of {expected}");
        return this with { PersistenceIds = owners };
    }

    /// <summary>The node with copies of its databases, so that reading does not change the originals.</summary>
    /// <param name="directory">The directory for the copies. It must be empty.</param>
    /// <exception cref="IOException">
    /// The disk of that directory has too little room, or a database cannot be read.
    /// </exception>
    /// <remarks>
    /// As soon as a database is opened, SQLite copies the write-ahead log of a process that was killed into it.
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

    /// <summary>Holds what a running node holds, so that no node starts meanwhile.</summary>
    /// <exception cref="NodeStartException">
    /// A node is running on the data, or its database cannot be reached.
    /// </exception>
    public Task<StoreHold> HoldAsync() => StoreHold.TakeAsync(Directory, Store, PersistenceIds.FirstOrDefault());

    /// <summary>Reads the data from which the peers of the node would start.</summary>
    /// <returns>
    /// A report for each peer that has data, ordered by the numbers of their groups; empty if there is no data.
    /// </returns>
    /// <exception cref="NodeStartException">The store cannot be opened.</exception>
    /// <exception cref="IOException">The store does not answer.</exception>
    public Task<IReadOnlyList<StoreReport>> InspectAsync() => PersistenceIds.Count == 0
        ? Task.FromResult<IReadOnlyList<StoreReport>>([])
        : OfflineStore.UseAsync<IReadOnlyList<StoreReport>>(Store, Config, readOnly: true, async system =>
        {
            var reports = new List<StoreReport>();
            foreach (string id in PersistenceIds)
            {
                if (await StoreInspector.InspectAsync(system, id) is { IsEmpty: false } report)
                    reports.Add(report);
            }
            return [.. reports.OrderBy(static report =>
                report.Group is { } group ? GroupLayout.Parse(group)?.NumberOf(group) : null)];
        });

    private static StoppedNode ByFile(string configFile, string? directory)
    {
        var settings = NodeSettings.Load(configFile, ownDirectory: directory);
        return new StoppedNode(settings.DataDirectory, settings.Store, settings.Config,
            settings.Layout.PersistenceIds(settings.Raft.MemberId));
    }

    private static StoppedNode ByDirectory(string directory)
    {
        var config = NodeSettings.Reference().WithFallback(RaftActors.Raft.DefaultConfig());
        // The files show which of the two SQLite plugins wrote them: only one of them has two files.
        if (File.Exists(Path.Combine(directory, SnapshotsFile)))
        {
            var shipped = Path.Combine(AppContext.BaseDirectory, "hocon", "journal-sql.conf");
            config = ConfigFile.Load(shipped).Config.WithFallback(config);
        }
        return new StoppedNode(directory, StoreSettings.From(config, "", "", directory), config, []);
    }
}
