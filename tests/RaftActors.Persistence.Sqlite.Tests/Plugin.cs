using Akka.Configuration;
using Akka.Persistence.Sql;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>A journal and a snapshot store that a spec runs on.</summary>
public enum Plugin
{
    /// <summary>The plugin of this repository.</summary>
    Sqlite,

    /// <summary>Akka.Persistence.Sql, on SQLite.</summary>
    AkkaPersistenceSql,
}

internal static class PluginConfig
{
    /// <summary>The configuration of an actor system whose journal and snapshot store are in a database file.</summary>
    public static Config For(Plugin plugin, string file, string more = "")
    {
        var own = plugin == Plugin.Sqlite ? Sqlite(file) : AkkaPersistenceSql(file);
        return ConfigurationFactory.ParseString(more).WithFallback(own).WithFallback(
            ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.actor.serializers.refusing = "{{typeof(RefusingSerializer).AssemblyQualifiedName}}"
            akka.actor.serialization-bindings."{{typeof(Unserializable).AssemblyQualifiedName}}" = refusing
            akka.persistence.{{JournalKey(plugin)}} {
              event-adapters.spec = "{{typeof(SpecEventAdapter).AssemblyQualifiedName}}"
              event-adapter-bindings."System.String" = spec
            }
            """));
    }

    public static string JournalKey(Plugin plugin) => plugin == Plugin.Sqlite ? "journal.raft-sqlite" : "journal.sql";

    private static Config Sqlite(string file) => ConfigurationFactory.ParseString($$"""
        akka.persistence {
          journal.plugin = "{{SqlitePersistence.JournalId}}"
          journal.raft-sqlite { file = "{{file}}", wal-size = 1 MiB }
          snapshot-store.plugin = "{{SqlitePersistence.SnapshotStoreId}}"
          snapshot-store.raft-sqlite { file = "{{file}}", wal-size = 1 MiB }
        }
        """).WithFallback(SqlitePersistence.DefaultConfig());

    /// <summary>Without pooled connections, which would stay open behind the actor system that used them.</summary>
    private static Config AkkaPersistenceSql(string file) => ConfigurationFactory.ParseString($$"""
        akka.persistence {
          journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              connection-string = "Data Source={{file}};Pooling=false"
              provider-name = "SQLite.MS"
              read-isolation-level = read-uncommitted
            }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql { connection-string = "Data Source={{file}};Pooling=false", provider-name = "SQLite.MS" }
          }
        }
        """).WithFallback(SqlPersistence.DefaultConfiguration);
}
