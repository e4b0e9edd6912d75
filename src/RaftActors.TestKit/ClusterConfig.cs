using Akka.Configuration;
using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit;

/// <summary>The configuration of a peer's actor system.</summary>
internal static class ClusterConfig
{
    public const string WorldKey = "raftactors.testkit.world";
    public const string PeerKey = "raftactors.testkit.peer";

    private const string Dispatcher = "RaftActors.TestKit.Time.VirtualDispatcherConfigurator, RaftActors.TestKit";

    private static readonly Lazy<Config> Defaults = new(() => ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          scheduler.implementation = "RaftActors.TestKit.Time.VirtualScheduler, RaftActors.TestKit"
          actor {
            provider = local
            default-dispatcher.type = "{{Dispatcher}}"
            internal-dispatcher.type = "{{Dispatcher}}"
          }
          persistence {
            dispatchers {
              default-plugin-dispatcher.type = "{{Dispatcher}}"
              default-replay-dispatcher.type = "{{Dispatcher}}"
              default-stream-dispatcher.type = "{{Dispatcher}}"
            }
            journal.plugin = "raftactors.testkit.journal.gate"
            snapshot-store.plugin = "raftactors.testkit.snapshot-store.gate"
          }
          coordinated-shutdown {
            run-by-clr-shutdown-hook = off
            run-by-actor-system-terminate = off
          }
        }
        raftactors.testkit {
          journal.gate {
            class = "RaftActors.TestKit.Journals.PluginGate, RaftActors.TestKit"
            is-journal = on
          }
          snapshot-store.gate {
            class = "RaftActors.TestKit.Journals.PluginGate, RaftActors.TestKit"
            is-journal = off
          }
        }
        """).WithFallback(RaftActors.Raft.DefaultConfig()));

    public static Config ForClient(RaftClusterSettings settings, string worldId) => settings.Config
        .WithFallback(ConfigurationFactory.ParseString($"{WorldKey} = \"{worldId}\""))
        .WithFallback(Defaults.Value);

    public static Config For(RaftClusterSettings settings, PeerDisk disk) => settings.Config
        .WithFallback(ConfigurationFactory.ParseString($$"""
            {{WorldKey}} = "{{disk.World.Id}}"
            {{PeerKey}} = "{{disk.PeerId}}"
            raftactors.testkit.journal.gate.plugin = "{{settings.Journal.JournalPath}}"
            raftactors.testkit.snapshot-store.gate.plugin = "{{settings.Journal.SnapshotStorePath}}"
            """))
        .WithFallback(settings.Journal.ConfigFor(disk))
        .WithFallback(Defaults.Value);
}
