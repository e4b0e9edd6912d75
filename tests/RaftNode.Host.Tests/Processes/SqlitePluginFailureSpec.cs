namespace RaftNode.Host.Tests.Processes;

/// <summary>A node's own journal and snapshot store: what ends the start, and what is tried again.</summary>
public sealed class SqlitePluginFailureSpec : SqliteStoreSpec
{
    private const string FirstEvent = "UPDATE journal SET message = ";
    private const string NewerFormat = "CAST(x'0863' || substr(message, 13) AS BLOB) WHERE sequence_number = 1";

    protected override string File => Directory.In("data/node1/raft.db");

    [Fact]
    public Task A_file_that_is_no_database()
    {
        Directory.Write("data/node1/raft.db", new string('x', 10_000));
        return EndsAsync("", $"{File} is not a SQLite database");
    }

    [Fact]
    public Task A_database_with_other_tables()
    {
        Directory.Write("data/node1/none", "");
        Execute("CREATE TABLE journal(persistence_id TEXT, what TEXT)");
        return EndsAsync("", File, "is not one of Akka.Persistence", "Name another file");
    }

    [Theory]
    [InlineData("PRAGMA user_version = 7", "was written by a newer version", "Run the version that wrote it")]
    [InlineData("UPDATE journal SET identifier = 9999", "9999", "Run the version that wrote it")]
    [InlineData(FirstEvent + "x'ffff' WHERE sequence_number = 1", "Event 1 of raft-kv-node1 cannot be read", "")]
    [InlineData(FirstEvent + NewerFormat, "The journal has format 99", "a newer one")]
    [InlineData("DELETE FROM journal WHERE sequence_number = 2", "The journal misses events between 1 and 3", "")]
    public async Task A_journal_that_cannot_be_read(string change, string said, string advice)
    {
        await RunOnceAsync("");
        Execute(change);
        await EndsAsync("", said, advice);
    }

    [Fact]
    public async Task A_damaged_database()
    {
        await RunOnceAsync("");
        Damage();
        await EndsAsync("", "malformed");
    }

    [Fact]
    public Task A_directory_that_does_not_exist() => EndsAsync(
        "akka.persistence.journal.raft-sqlite.file = \"nowhere/raft.db\"",
        "nowhere/raft.db",
        "does not exist",
        "Make sure that the directory exists");

    [Fact]
    public async Task A_database_that_another_process_has_open()
    {
        await RunOnceAsync("");
        await using var other = Open();
        Execute(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
        await WaitsAsync("akka.persistence.journal.raft-sqlite.busy-timeout = 100 ms", "database is locked", () =>
        {
            other.Dispose();
            return Task.CompletedTask;
        });
    }
}
