using Akka.Actor;
using Akka.Configuration;
using RaftActors.Persistence.Sqlite;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>A stopped node's journal and snapshot store, opened with the same plugins as the node's own, and without a network.</summary>
internal static class OfflineStore
{
    /// <summary>Does something with a store.</summary>
    /// <param name="file">The SQLite file; made if need be.</param>
    /// <param name="action">What to do, with an actor system whose journal and snapshot store it is.</param>
    public static async Task UseAsync(string file, Func<ActorSystem, Task> action)
    {
        var path = Path.GetFullPath(file).Replace("\\", "\\\\").Replace("\"", "\\\"");
        var config = ConfigurationFactory.ParseString($$"""
            akka.actor.provider = local
            akka.loglevel = OFF
            akka.loggers = []
            {{SqlitePersistence.JournalId}}.file = "{{path}}"
            {{SqlitePersistence.SnapshotStoreId}}.file = "{{path}}"
            """);
        using var system = ActorSystem.Create(RunningNode.SystemName, config.WithFallback(NodeSettings.Reference()).WithFallback(RaftActors.Raft.DefaultConfig()));
        try
        {
            await action(system);
        }
        finally
        {
            await system.Terminate();
        }
    }
}
