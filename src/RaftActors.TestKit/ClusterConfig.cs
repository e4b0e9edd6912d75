using Akka.Configuration;
using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit;

/// <summary>The configuration of a peer's actor system.</summary>
internal static class ClusterConfig
{
    public static Config For(RaftClusterSettings settings, PeerDisk disk) => settings.Config.WithFallback(
        settings.Journal is InMemoryClusterJournal ? VirtualConfig.Default : Gated(settings.Journal, disk));

    // A journal other than the cluster's own has threads of its own, so it gets a gate.
    private static Config Gated(ClusterJournal journal, PeerDisk disk) => ConfigurationFactory.ParseString($$"""
        akka.persistence {
          journal.plugin = "raftactors.testkit.journal.gate"
          snapshot-store.plugin = "raftactors.testkit.snapshot-store.gate"
        }
        raftactors.testkit {
          journal.gate {
            class = "RaftActors.TestKit.Journals.PluginGate, RaftActors.TestKit"
            plugin = "{{journal.JournalPath}}"
            is-journal = on
          }
          snapshot-store.gate {
            class = "RaftActors.TestKit.Journals.PluginGate, RaftActors.TestKit"
            plugin = "{{journal.SnapshotStorePath}}"
            is-journal = off
          }
        }
        """).WithFallback(journal.ConfigFor(disk)).WithFallback(VirtualConfig.Default);
}
