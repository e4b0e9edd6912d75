using Microsoft.Data.Sqlite;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Node;

public sealed class JournalRecordsSpec
{
    // As it is with the journal mode that SQLite has when nobody chooses another.
    [Fact]
    public void A_database_whose_process_was_killed_within_a_transaction_is_read_as_before_it()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.In("raft.db");
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString))
        {
            connection.Open();
            Execute(connection, "CREATE TABLE journal(persistence_id TEXT, sequence_number INTEGER, manifest TEXT, message BLOB, deleted INTEGER)");
            Execute(connection, "INSERT INTO journal VALUES ('raft-a', 1, '', zeroblob(100000), 0)");
            // What does not fit the cache is written before the transaction ends; the copy of both files is what a crash leaves.
            Execute(connection, "PRAGMA cache_size = 5; BEGIN; UPDATE journal SET persistence_id = 'raft-b', message = randomblob(100000)");
            File.Copy(path, directory.In("killed.db"));
            File.Copy(path + "-journal", directory.In("killed.db-journal"));
            Execute(connection, "COMMIT");
        }

        using var records = new JournalRecords(directory.In("killed.db"));

        Assert.Equal("raft-a", records.PersistenceId());
        Assert.Equal(new byte[100_000], Assert.Single(records.Events("raft-a")).Bytes);
    }

    private static void Execute(SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}
