using Microsoft.Data.Sqlite;

namespace RaftNode.Host.Tests.Processes;

/// <summary>Akka.Persistence.Sql on SQLite: what ends the start, and what is tried again.</summary>
public sealed class SqlOnSqliteFailureSpec : SqliteStoreSpec
{
    private const string Provider = "SQLite.MS";

    protected override string File => Directory.In("store.db");

    private string Store => Sql(Provider, $"Data Source={File};Default Timeout=1");

    public override void Dispose()
    {
        SqliteConnection.ClearAllPools();
        base.Dispose();
    }

    [Fact]
    public Task A_file_that_is_no_database()
    {
        Directory.Write("store.db", new string('x', 10_000));
        return EndsAsync(Store, $"{File} is not a SQLite database");
    }

    [Fact]
    public Task A_database_with_other_tables()
    {
        Execute("CREATE TABLE journal(id INTEGER, what TEXT); CREATE TABLE snapshot(id INTEGER)");
        return EndsAsync(Store, "no such column", "The tables are not those of this journal", File);
    }

    [Theory]
    [InlineData("message = CAST(x'0863' || substr(message, 13) AS BLOB)", "The journal has format 99")]
    [InlineData("identifier = 9999", "9999")]
    [InlineData("message = x'ffff'", "Event 1 of raft-kv-node1 cannot be read")]
    [InlineData("message = 'text'", "A row cannot be read")]
    public async Task An_event_that_cannot_be_read(string change, string said)
    {
        await RunOnceAsync(Store);
        Execute($"UPDATE journal SET {change} WHERE sequence_number = 1");
        await EndsAsync(Store, said);
    }

    [Fact]
    public async Task A_damaged_database()
    {
        await RunOnceAsync(Store);
        // What is still in the memory of an open connection would hide what is wrong.
        SqliteConnection.ClearAllPools();
        Damage();
        await EndsAsync(Store, "malformed", "The database is damaged");
    }

    [Fact]
    public async Task A_database_that_cannot_be_written()
    {
        await RunOnceAsync(Store);
        await EndsAsync(Sql(Provider, $"Data Source={File};Mode=ReadOnly"), "readonly database", "writable");
    }

    [Fact]
    public Task A_directory_that_does_not_exist() =>
        EndsAsync(
            Sql(Provider, $"Data Source={Directory.In("nowhere/store.db")}"),
            "unable to open database file",
            "nowhere/store.db");

    [Fact]
    public Task A_provider_that_does_not_exist() =>
        EndsAsync(Sql("Oracle9", $"Data Source={File}"), "Oracle9", "provider-name");

    [Fact]
    public Task A_connection_string_that_is_none() =>
        EndsAsync(Sql(Provider, $"Dada Source={File}"), "dada source", "connection-string");

    [Fact]
    public Task A_plugin_that_does_not_exist() =>
        EndsAsync(
            "akka.persistence.journal.plugin = \"akka.persistence.journal.sequel\"",
            "akka.persistence.journal.plugin = akka.persistence.journal.sequel: there is no section");

    [Fact]
    public Task A_class_that_does_not_exist() =>
        EndsAsync(
            Plugins("Akka.Persistence.Sequel.Journal, Akka.Persistence.Sequel", "None, None", "x = 1"),
            "akka.persistence.journal.spec.class",
            "Akka.Persistence.Sequel");

    [Fact]
    public async Task A_database_that_is_locked_when_the_node_starts()
    {
        await RunOnceAsync(Store);
        await using var other = Open();
        Execute(other, "BEGIN EXCLUSIVE");
        await WaitsAsync(Store, "database is locked", () =>
        {
            Execute(other, "ROLLBACK");
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_database_that_is_locked_while_the_node_runs()
    {
        SqliteConnection? other = null;
        await WaitsAsync(
            Store,
            "database is locked",
            mend: () =>
            {
                Execute(other!, "ROLLBACK");
                return Task.CompletedTask;
            },
            spoil: _ =>
            {
                other = Open();
                Execute(other, "BEGIN EXCLUSIVE");
                Put();
                return Task.CompletedTask;
            });
        await other!.DisposeAsync();
    }
}
