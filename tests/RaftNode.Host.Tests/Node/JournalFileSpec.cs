using Microsoft.Data.Sqlite;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Node;

public sealed class JournalFileSpec
{
    // As it is with the journal mode that SQLite has when nobody chooses another.
    [Fact]
    public void A_database_whose_process_was_killed_within_a_transaction_is_read_as_before_it()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.In("raft.db");
        using (var connection = Open(path))
        {
            Execute(connection, "CREATE TABLE journal(persistence_id TEXT, sequence_number INTEGER, message BLOB)");
            Execute(connection, "INSERT INTO journal VALUES ('raft-a', 1, zeroblob(100000))");
            // What does not fit the cache is written before the transaction ends; the copy of both files is what a
            // crash leaves.
            Execute(connection,
                "PRAGMA cache_size = 5; BEGIN; UPDATE journal SET persistence_id = 'raft-b', message = "
                    + "randomblob(100000)");
            File.Copy(path, directory.In("killed.db"));
            File.Copy(path + "-journal", directory.In("killed.db-journal"));
            Execute(connection, "COMMIT");
        }

        Assert.Equal("raft-a", JournalFile.Owner(directory.In("killed.db")));
        Assert.Equal("raft-b", JournalFile.Owner(path));
    }

    [Fact]
    public void A_database_says_whose_snapshots_it_has()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.In("raft.db");
        Assert.False(JournalFile.HasSnapshots(path, "raft-a"));
        using (var connection = Open(path))
            Execute(connection, "CREATE TABLE snapshot(persistence_id TEXT); INSERT INTO snapshot VALUES ('raft-a')");

        Assert.True(JournalFile.HasSnapshots(path, "raft-a"));
        Assert.False(JournalFile.HasSnapshots(path, "raft-b"));
        Assert.Null(JournalFile.Owner(path));
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path,
            Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}
