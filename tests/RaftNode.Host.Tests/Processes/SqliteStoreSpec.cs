using Microsoft.Data.Sqlite;

namespace RaftNode.Host.Tests.Processes;

/// <summary>What a node does about a store in a file of SQLite.</summary>
public abstract class SqliteStoreSpec : StoreSpec
{
    /// <summary>The file.</summary>
    protected abstract string File { get; }

    private protected SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        return connection;
    }

    private protected void Execute(string statements)
    {
        using var connection = Open();
        Execute(connection, statements);
    }

    private protected static void Execute(SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    /// <summary>Overwrites all pages of the file but the first.</summary>
    private protected void Damage()
    {
        // What is still in the write-ahead log would hide what is wrong with the database.
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.False(System.IO.File.Exists($"{File}-wal") && new FileInfo($"{File}-wal").Length > 0);
        using var file = new FileStream(File, FileMode.Open);
        file.Position = 4096;
        file.Write(Enumerable.Repeat((byte)0xA5, (int)file.Length - 4096).ToArray());
    }
}
