using Akka.Configuration;
using RaftActors.Persistence.Sqlite;

namespace RaftActors.Bench;

/// <summary>The configuration of the nodes' actor systems.</summary>
internal static class NodeConfig
{
    /// <summary>The name of the actor systems.</summary>
    public const string SystemName = "bench";

    /// <summary>The addresses of the three nodes.</summary>
    public static string[] Addresses(int ports) => [.. Enumerable.Range(ports, 3).Select(port => $"127.0.0.1:{port}")];

    /// <summary>A system with remoting, whose log has errors only and is on standard error.</summary>
    public static Config Remoting(string provider, int port) => ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = ERROR
          stdout-loglevel = OFF
          loggers = ["RaftNode.Host.Node.LineLogger, raftnode"]
          log-dead-letters = off
          actor.provider = {{provider}}
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
        }
        """);

    /// <summary>A durable journal and snapshot store.</summary>
    public static Config Store(string data) => ConfigurationFactory.ParseString($$"""
        akka.persistence {
          journal { plugin = "akka.persistence.journal.raft-sqlite", raft-sqlite.file = "{{data}}/raft.db" }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.raft-sqlite"
            raft-sqlite.file = "{{data}}/raft.db"
          }
        }
        """).WithFallback(SqlitePersistence.DefaultConfig());
}
