using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Sql.Config;
using RaftActors.Membership;

namespace RaftActors.Tests.Hosting;

/// <summary>What is said of an actor system in which consensus would be unsafe or slow.</summary>
public sealed class SystemCheckSpec : IAsyncLifetime
{
    private const string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF\n";
    private const string Remote =
        "akka { actor.provider = remote, remote.dot-netty.tcp { hostname = \"127.0.0.1\", port = 0 } }\n";

    // Plugins that are durable and good, as far as their settings say. None of them is started.
    private const string Durable = """
        akka.persistence {
          journal { plugin = "my.journal" }
          snapshot-store { plugin = "my.snapshots" }
        }
        my.journal.class = "RaftActors.Tests.VirtualTime.CommandedJournal, RaftActors.Tests"
        my.snapshots.class = "RaftActors.Tests.VirtualTime.CommandedSnapshotStore, RaftActors.Tests"

        """;

    private const string Sql = """
        my.journal {
          class = "RaftActors.Tests.Hosting.SqlWriteJournal, RaftActors.Tests"
          provider-name = "SQLite.MS"
          connection-string = "Data Source=raft.db;Busy Timeout=5000"
          read-isolation-level = read-uncommitted
          circuit-breaker.reset-timeout = 1 s
        }
        my.snapshots {
          class = "RaftActors.Tests.Hosting.SqlSnapshotStore, RaftActors.Tests"
          provider-name = "SQLite.MS"
          connection-string = "Data Source=snapshots.db;BusyTimeout=5000"
        }

        """;

    private static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        Members = [new Member("a", "127.0.0.1:1")],
    };

    private readonly List<ActorSystem> _systems = [];

    /// <summary>What is configured, and the key, value and a part of what is said of it.</summary>
    public static TheoryData<string, string, string, string> Rows => new()
    {
        { "akka.persistence.journal.plugin = akka.persistence.journal.inmem", "akka.persistence.journal.plugin",
            "akka.persistence.journal.inmem", "is gone when its process ends" },
        { "akka.persistence.snapshot-store.plugin = akka.persistence.snapshot-store.inmem",
        "akka.persistence.snapshot-store.plugin", "akka.persistence.snapshot-store.inmem",
        "gone when the process ends" },
        { "akka.persistence.snapshot-store.plugin = akka.persistence.snapshot-store.local",
        "akka.persistence.snapshot-store.plugin", "akka.persistence.snapshot-store.local", "not flushed" },
        { "akka.persistence.snapshot-store.plugin = \"\"", "akka.persistence.snapshot-store.plugin", "",
        "No snapshot is ever stored" },
        { "my.snapshots.snapshot-is-optional = on", "my.snapshots.snapshot-is-optional", "on",
        "a state that never existed" },
        { $"{Sql} my.snapshots.connection-string = \"Data Source=raft.db;BusyTimeout=1\"",
        "my.snapshots.connection-string", "raft.db", "in steps of 150 ms" },
        { $"{Sql} my.journal.connection-string = \"Data Source=raft.db;Default Timeout=5\"",
        "my.journal.connection-string", "raft.db", "Nothing sets busy_timeout" },
        { $"{Sql} my.journal.read-isolation-level = unspecified", "my.journal.read-isolation-level", "unspecified",
        "waits for every write" },
        { $"{Sql} my.journal.circuit-breaker.reset-timeout = 30 s", "my.journal.circuit-breaker.reset-timeout", "30 s",
        "refuses everything" },
        { "raft.allow-json-commands = on", "raft.allow-json-commands", "on", "other types or values" },
        { "raft.hyperion-types = [ \"My.Place, My\", \"My.Move, My\" ]", "raft.hyperion-types",
        "My.Place, My, My.Move, My", "by their position" },
        { $"{Remote} akka.remote.retry-gate-closed-for = 5 s", "akka.remote.retry-gate-closed-for", "5 s",
        "costs elections" },
        { $"{Remote} akka.remote.transport-failure-detector.acceptable-heartbeat-pause = 120 s",
        "akka.remote.transport-failure-detector.acceptable-heartbeat-pause", "120 s", "lost power" },
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_systems.Select(static system => system.Terminate()));

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_setting_is_named_with_its_value_and_its_consequence(string configured, string key, string value,
        string consequence)
    {
        var problem = Assert.Single(Raft.Get(Create(configured)).Check(Settings));

        Assert.Equal((key, value), (problem.Key, problem.Value));
        Assert.Contains(consequence, problem.Consequence);
        Assert.StartsWith($"{key} = ", problem.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(Remote)]
    [InlineData(Sql)]
    [InlineData(Remote + "akka.remote { retry-gate-closed-for = 500 ms, "
        + "transport-failure-detector.acceptable-heartbeat-pause = 5 s }")]
    [InlineData(Sql + "my.journal.circuit-breaker { reset-timeout = 30 s, max-failures = 2147483647 }")]
    [InlineData("my.journal.provider-name = \"PostgreSQL.15\"")]
    public void Nothing_is_said_of_what_is_right(string configured) =>
        Assert.Empty(Raft.Get(Create(configured)).Check(Settings));

    [Fact]
    public void Nothing_is_said_of_a_busy_timeout_that_a_setup_may_set()
    {
        var config = Configured($"{Sql} my.journal.connection-string = \"Data Source=raft.db\"");
        var setup = BootstrapSetup.Create().WithConfig(config).And(new DataOptionsSetup());

        Assert.Empty(Raft.Get(Created(ActorSystem.Create("checked", setup))).Check(Settings));
    }

    [Theory]
    [InlineData("akka.persistence.journal.plugin = akka.persistence.journal.inmem")]
    [InlineData("akka.persistence.snapshot-store.plugin = akka.persistence.snapshot-store.local")]
    public async Task A_group_does_not_start_on_a_store_that_loses_what_it_has_stored_unless_that_is_meant(
        string configured)
    {
        var raft = Raft.Get(Create(configured));

        var problem = await Assert.ThrowsAsync<ConfigurationException>(() =>
            raft.StartAsync(Settings, static () => new EchoMachine()));

        Assert.Contains("The group group does not start.", problem.Message);
        Assert.Contains("raft.allow-volatile = on", problem.Message);
        await raft.StartAsync(Settings with { AllowVolatile = true }, static () => new EchoMachine());
    }

    private ActorSystem Create(string config) => Created(ActorSystem.Create("checked", Configured(config)));

    private ActorSystem Created(ActorSystem system)
    {
        _systems.Add(system);
        return system;
    }

    private static Config Configured(string config) => ConfigurationFactory.ParseString(config)
        .WithFallback(ConfigurationFactory.ParseString(Quiet + Durable))
        .WithFallback(Raft.DefaultConfig());
}

/// <summary>Called as the journal of Akka.Persistence.Sql is; never started.</summary>
internal abstract class SqlWriteJournal : Akka.Persistence.Journal.AsyncWriteJournal;

/// <summary>Called as the snapshot store of Akka.Persistence.Sql is; never started.</summary>
internal abstract class SqlSnapshotStore : Akka.Persistence.Snapshot.SnapshotStore;
