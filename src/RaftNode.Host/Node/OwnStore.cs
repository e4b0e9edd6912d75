using Microsoft.Data.Sqlite;
using RaftActors.Storage;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>
/// Looks where a node's data is before its peer starts: a peer that does not find what it has promised would promise
/// something else.
/// </summary>
internal static class OwnStore
{
    /// <summary>
    /// Makes sure that the configured journal and snapshot store are those that the node used before, and only its own.
    /// </summary>
    /// <exception cref="StoreException">They are not; the message says what to do.</exception>
    /// <exception cref="SqliteException">It cannot be found out, for example because a database is locked.</exception>
    public static void Ensure(NodeSettings settings)
    {
        var (journal, snapshots, id) = (settings.Store.Journal, settings.Store.Snapshots, settings.Raft.PersistenceId);
        if (journal.File is { } file)
            JournalFile.EnsureOwn(file, id);
        // Events are kept in one place only, whatever else the directory was used for before.
        var former = Path.Combine(settings.DataDirectory, StorePlace.DefaultFile);
        if (journal.File != former && JournalFile.Owner(former) is not null)
        {
            throw new StoreException(
                $"{former} holds the journal of a node, but the configuration keeps it in {journal}: set "
                + $"{journal.PluginId} back to where it was, or move {former} away and add the node anew",
                canWait: false);
        }
        if (journal.File is null || journal.File == snapshots.File || !JournalFile.HasSnapshots(journal.File, id))
            return;
        if (snapshots.File is null || !JournalFile.HasSnapshots(snapshots.File, id))
        {
            throw new StoreException(
                $"{journal.File} holds the snapshots of {id}, but the configuration looks for them in {snapshots}: "
                + $"set {snapshots.PluginId} to {journal.File}", canWait: false);
        }
    }
}
