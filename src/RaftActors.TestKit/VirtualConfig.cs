using Akka.Configuration;

namespace RaftActors.TestKit;

/// <summary>
/// The configuration of an actor system in a <see cref="Time.VirtualWorld"/>. The world provides everything that would
/// use a thread, a clock or a disk.
/// </summary>
internal static class VirtualConfig
{
    /// <summary>The journal, which writes to the disk of its process.</summary>
    public const string JournalPath = "raftactors.testkit.journal.virtual";

    /// <summary>The snapshot store, which writes to the disk of its process.</summary>
    public const string SnapshotStorePath = "raftactors.testkit.snapshot-store.virtual";

    private const string Dispatcher = "RaftActors.TestKit.Time.VirtualDispatcherConfigurator, RaftActors.TestKit";

    private static readonly Lazy<Config> Parsed = new(() => new MergedConfig(ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          scheduler.implementation = "RaftActors.TestKit.Time.VirtualScheduler, RaftActors.TestKit"
          actor {
            provider = local
            serialization-settings.allow-unregistered-types = off
            default-dispatcher.type = "{{Dispatcher}}"
            internal-dispatcher.type = "{{Dispatcher}}"
          }
          persistence {
            dispatchers {
              default-plugin-dispatcher.type = "{{Dispatcher}}"
              default-replay-dispatcher.type = "{{Dispatcher}}"
              default-stream-dispatcher.type = "{{Dispatcher}}"
            }
            journal.plugin = "{{JournalPath}}"
            snapshot-store.plugin = "{{SnapshotStorePath}}"
          }
          coordinated-shutdown {
            run-by-clr-shutdown-hook = off
            run-by-actor-system-terminate = off
          }
        }
        {{JournalPath}}.class = "RaftActors.TestKit.Journals.VirtualJournal, RaftActors.TestKit"
        {{SnapshotStorePath}}.class = "RaftActors.TestKit.Journals.VirtualSnapshotStore, RaftActors.TestKit"
        """).WithFallback(RaftActors.Raft.DefaultConfig())));

    /// <summary>The defaults, which go behind all other configuration.</summary>
    public static Config Default => Parsed.Value;
}
