using Akka.Configuration;
using Xunit.Abstractions;

namespace RaftActors.Tests.VirtualTime;

/// <summary>A spec in virtual time with a journal and a snapshot store that do as they are told.</summary>
public abstract class CommandedDiskSpec : VirtualTimeSpec
{
    private protected CommandedDiskSpec(ITestOutputHelper? output = null)
        : base(output, Plugins())
    {
    }

    /// <summary>What the journal and the snapshot store of the system keep, and how they are commanded.</summary>
    private protected Disk Disk => Disk.Of(Sys);

    /// <inheritdoc/>
    protected override void AfterAll()
    {
        base.AfterAll();
        Disk.Remove(Sys);
    }

    private static Config Plugins() => ConfigurationFactory.ParseString($$"""
        akka.persistence {
          journal.plugin = commanded
          snapshot-store.plugin = commanded-snapshots
        }
        commanded.class = "{{NameOf<CommandedJournal>()}}"
        commanded-snapshots.class = "{{NameOf<CommandedSnapshotStore>()}}"
        """).WithFallback(Raft.DefaultConfig());
}
