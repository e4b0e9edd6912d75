using Akka.Actor;
using Akka.Configuration;
using Npgsql;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>A stopped node's journal and snapshot store, opened with the node's plugins, without a network.</summary>
internal static class OfflineStore
{
    /// <summary>Does something with a store.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="config">The node's configuration.</param>
    /// <param name="readOnly">Whether it is only read.</param>
    /// <param name="action">What to do, with an actor system whose journal and snapshot store it is.</param>
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
            // What a plugin kept open would keep the file from being moved, or the database from being dropped.
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            NpgsqlConnection.ClearAllPools();
        }
    }

    /// <summary>Writes something to a store.</summary>
    public static Task WriteAsync(StoreSettings store, Config config, Func<ActorSystem, Task> action) =>
        UseAsync(store, config, readOnly: false, async system =>
        {
            await action(system);
            return true;
        });
}
