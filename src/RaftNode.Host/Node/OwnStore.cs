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
        var (journal, snapshots, layout) = (settings.Store.Journal, settings.Store.Snapshots, settings.Layout);
        var ids = layout.PersistenceIds(settings.Raft.MemberId);
        if (journal.File is { } file && JournalFile.FindOther(file, ids) is { } other)
        {
            throw new StoreException(layout.CountOf(other, settings.Raft.MemberId) is var count and > 0
                ? $"the database {file} has a node whose keys are in {GroupLayout.Text(count)} (it holds {other}), and "
                    + $"the configuration says raftnode.groups = {layout.Count}. The number is chosen when the groups are "
                    + $"founded, and never changes: set raftnode.groups = {count}"
                : $"the database {file} belongs to another node: it holds {other}, and this node is {ids[0]}",
                canWait: false);
        }
        // A node's events are in one place only, whatever the directory was used for before.
        var former = Path.Combine(settings.DataDirectory, StorePlace.DefaultFile);
        if (journal.File != former && JournalFile.Owner(former) is not null)
        {
            throw new StoreException(
                $"{former} holds the journal of a node, but the configuration keeps it in {journal}: set "
                + $"{journal.PluginId} back to where it was, or move {former} away and add the node anew",
                canWait: false);
        }
        if (journal.File is null || journal.File == snapshots.File
            || !ids.Any(id => JournalFile.HasSnapshots(journal.File, id)))
            return;
        if (snapshots.File is not { } elsewhere || !ids.Any(id => JournalFile.HasSnapshots(elsewhere, id)))
        {
            throw new StoreException(
                $"{journal.File} holds the snapshots of {ids[0]}, but the configuration looks for them in {snapshots}: "
                + $"set {snapshots.PluginId} to {journal.File}", canWait: false);
        }
    }

    /// <summary>Checks the store now, if that is possible.</summary>
    /// <returns>The check that must succeed before a peer may start; <c>null</c> if it has succeeded.</returns>
    /// <exception cref="NodeStartException">The store is not the node's own. The message says what to do.</exception>
    public static Func<Task>? Check(NodeSettings settings)
    {
        try
        {
            Ensure(settings);
            return null;
        }
        catch (StoreException e) when (!e.CanWait)
        {
            throw new NodeStartException(e.Message, e);
        }
        catch (Exception e) when (e is SqliteException or StoreException)
        {
            // The supervisors repeat the check before they start their peers, one at a time. They wait where waiting
            // can help, and report other failures. It succeeds only once, because after that the plugins have the files
            // open.
            bool isOwn = false;
            var one = new SemaphoreSlim(1);
            return async () =>
            {
                await one.WaitAsync();
                try
                {
                    if (!isOwn)
                        await Task.Run(() => Ensure(settings));
                    isOwn = true;
                }
                finally
                {
                    one.Release();
                }
            };
        }
    }
}
