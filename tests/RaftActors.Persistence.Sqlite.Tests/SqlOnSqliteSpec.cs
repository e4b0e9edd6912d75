using System.Collections.Concurrent;
using System.Data.Common;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Persistence.Sql.Config;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>
/// What Akka.Persistence.Sql does on SQLite with the settings of which <c>Raft.Check</c> warns. A connection waits for
/// a lock for a second here, and not for 30.
/// </summary>
public sealed class SqlOnSqliteSpec : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<ActorSystem> _systems = [];

    private string File => Path.Combine(_directory.Path, "journal.db");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(static system => system.Terminate()));
        _directory.Dispose();
    }

    // The spec writes in place of a snapshot store.
    [Theory]
    [InlineData("journal.db", false)]
    [InlineData("snapshots.db", true)]
    public void An_event_is_not_written_while_a_snapshot_is_written_to_the_same_file(string snapshots, bool isWritten)
    {
        var subject = new Subject(Start());
        subject.Expect("recovered at 0");
        using var connection = Open(Path.Combine(_directory.Path, snapshots));
        using var writing = connection.BeginTransaction();

        subject.Persist("event");

        if (isWritten)
            subject.Expect("handled event");
        else
            Assert.Contains("database is locked", Assert.IsAssignableFrom<Exception>(subject.Next()).ToString());
    }

    [Theory]
    [InlineData("unspecified", false)]
    [InlineData("read-uncommitted", true)]
    public async Task A_recovery_waits_for_a_write_that_is_under_way(string level, bool isRecovered)
    {
        using var connection = Open(File);
        Query(connection, "PRAGMA journal_mode = WAL");
        var first = Start();
        var writer = new Subject(first);
        writer.Persist("event");
        writer.Expect("recovered at 0", "handled event");
        await first.Terminate();
        var second = Start($"""
            akka.persistence.journal.sql.read-isolation-level = {level}
            akka.persistence.snapshot-store.sql.read-isolation-level = {level}
            """);
        new Subject(second, "another").Expect("recovered at 0");
        using var writing = connection.BeginTransaction();

        var reader = new Subject(second);

        if (isRecovered)
            reader.Expect("replayed event", "recovered at 1");
        else
            Assert.Contains("database is locked", Assert.IsAssignableFrom<Exception>(reader.Next()).ToString());
    }

    [Theory]
    [InlineData("PRAGMA foreign_keys", 0)]
    [InlineData("PRAGMA busy_timeout = 5000", 5000)]
    public void No_connection_has_a_busy_timeout_unless_a_setup_sets_it(string onOpened, long timeout)
    {
        var opened = new OnOpened(onOpened);
        var setup = new MultiDataOptionsSetup();
        foreach (string plugin in (string[])["akka.persistence.journal.sql", "akka.persistence.snapshot-store.sql"])
        {
            var options = new DataOptions().UseConnectionString("SQLite.MS", $"Data Source={File};Pooling=false");
            setup.AddDataOptions(plugin, options.UseInterceptor(opened));
        }

        new Subject(Start(setup: setup)).Expect("recovered at 0");

        Assert.NotEmpty(opened.BusyTimeouts);
        Assert.All(opened.BusyTimeouts, found => Assert.Equal(timeout, found));
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        return connection;
    }

    private static object? Query(DbConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar();
    }

    private ActorSystem Start(string more = "", MultiDataOptionsSetup? setup = null)
    {
        const string OneSecond = "Pooling=false;Default Timeout=1";
        var config = PluginConfig.For(Plugin.AkkaPersistenceSql, File, $$"""
            akka.persistence {
              journal.sql.connection-string = "Data Source={{File}};{{OneSecond}}"
              snapshot-store.sql.connection-string = "Data Source={{File}};{{OneSecond}}"
            }
            {{more}}
            """);
        var bootstrap = BootstrapSetup.Create().WithConfig(config);
        var system = ActorSystem.Create("sql",
            setup is null ? ActorSystemSetup.Create(bootstrap) : ActorSystemSetup.Create(bootstrap, setup));
        _systems.Add(system);
        return system;
    }

    /// <summary>Executes a statement on each connection that is opened, and notes its busy timeout.</summary>
    private sealed class OnOpened(string statement) : ConnectionInterceptor
    {
        public ConcurrentQueue<long> BusyTimeouts { get; } = new();

        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection)
        {
            Query(connection, statement);
            BusyTimeouts.Enqueue((long)Query(connection, "PRAGMA busy_timeout")!);
        }

        public override Task ConnectionOpenedAsync(
            ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            ConnectionOpened(eventData, connection);
            return Task.CompletedTask;
        }
    }
}
