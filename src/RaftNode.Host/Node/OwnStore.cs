using Microsoft.Data.Sqlite;
using RaftActors.Storage;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>
/// Checks where a node's data is before its peer starts. A peer that does not find its own promises would make others.
/// </summary>
internal static class OwnStore
{
    /// <summary>
    /// Checks that the configured journal and snapshot store are those that the node used before, and belong to this
    /// node only.
    /// </summary>
    /// <exception cref="StoreException">They are not. The message says what to do.</exception>
    /// <exception cref="SqliteException">The check failed, for example because a database is locked.</exception>
    public static void Ensure(NodeSettings settings)
    {
        var (journal, snapshots, id) = (settings.Store.Journal, settings.Store.Snapshots, settings.Raft.PersistenceId);
        if (journal.File is { } file)
            JournalFile.EnsureOwn(file, id);
        // A node's events are in one place only, whatever the directory was used for before.
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
