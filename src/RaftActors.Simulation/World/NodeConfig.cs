using Akka.Configuration;

namespace RaftActors.Simulation.World;

/// <summary>The configuration of every process: whatever would use a thread, a clock or a disk is the simulation's.</summary>
internal static class NodeConfig
{
    private const string Dispatcher = "RaftActors.Simulation.World.SimulatedDispatcherConfigurator, RaftActors.Simulation";

    public static readonly Config Config = ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          scheduler.implementation = "RaftActors.Simulation.World.SimulatedScheduler, RaftActors.Simulation"
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
            journal.plugin = "raftactors.simulation.journal"
            snapshot-store.plugin = "raftactors.simulation.snapshot-store"
          }
          coordinated-shutdown {
            run-by-clr-shutdown-hook = off
            run-by-actor-system-terminate = off
          }
        }
        raftactors.simulation {
          journal.class = "RaftActors.Simulation.Disk.SimulatedJournal, RaftActors.Simulation"
          snapshot-store.class = "RaftActors.Simulation.Disk.SimulatedSnapshotStore, RaftActors.Simulation"
        }
        """).WithFallback(Raft.DefaultConfig());
}
