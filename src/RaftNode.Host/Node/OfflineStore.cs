using Akka.Actor;
using Akka.Configuration;
using Npgsql;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>A stopped node's journal and snapshot store, opened with the node's plugins, without a network.</summary>
internal static class OfflineStore
{
    /// <summary>Runs an action on a store.</summary>
    /// <param name="store">The place of the store.</param>
    /// <param name="config">The node's configuration.</param>
    /// <param name="readOnly">Whether the store is only read.</param>
    /// <param name="action">The action. It gets an actor system with the store's journal and snapshot store.</param>
    /// <exception cref="NodeStartException">The actor system cannot be started.</exception>
    public static async Task<T> UseAsync<T>(
        StoreSettings store, Config config, bool readOnly, Func<ActorSystem, Task<T>> action)
    {
        var offline = store.Offline(config, readOnly);
        using var system = store.StartSystem(RunningNode.SystemName, offline);
        try
        {
            return await action(system);
        }
        finally
        {
            await system.Terminate();
            // A file that a plugin keeps open could not be moved, and a database could not be dropped.
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            NpgsqlConnection.ClearAllPools();
        }
    }

    /// <summary>Runs an action that writes to a store.</summary>
    public static Task WriteAsync(StoreSettings store, Config config, Func<ActorSystem, Task> action) =>
        UseAsync(store, config, readOnly: false, async system =>
        {
            await action(system);
            return true;
        });
}
