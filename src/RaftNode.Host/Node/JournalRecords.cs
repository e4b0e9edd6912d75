using Microsoft.Data.Sqlite;
using RaftActors.Inspection;

namespace RaftNode.Host.Node;

/// <summary>The records in a stopped node's database, which is only read.</summary>
internal sealed class JournalRecords : IStoredRecords, IDisposable
{
    private const int ReadOnlyDatabase = 8;

    private readonly SqliteConnection _connection;

    /// <summary>Opens a database.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <exception cref="SqliteException">It cannot be opened, or is no database.</exception>
    public JournalRecords(string path)
    {
        _connection = Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            // The first to read the file notices a transaction that a crash left half-written.
            using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA schema_version";
            command.ExecuteScalar();
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            if (e.SqliteErrorCode != ReadOnlyDatabase)
                throw;
            // Which is taken back before anything can be read: SQLite itself does that when it may write.
            _connection = Open(path, SqliteOpenMode.ReadWrite);
        }
    }

    /// <summary>The persistence id of the peer whose journal it is; <c>null</c> when there are no events.</summary>
    public string? PersistenceId()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT MIN(persistence_id) FROM journal";
        return command.ExecuteScalar() as string;
    }

    /// <inheritdoc/>
    public IEnumerable<StoredRecord> Events(string persistenceId) => Read(
        "SELECT sequence_number, manifest, message FROM journal WHERE persistence_id = $id AND deleted = 0 ORDER BY sequence_number", persistenceId);

    /// <inheritdoc/>
    public IEnumerable<StoredRecord> Snapshots(string persistenceId) => Read(
        "SELECT sequence_number, manifest, snapshot FROM snapshot WHERE persistence_id = $id ORDER BY sequence_number", persistenceId);

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private IEnumerable<StoredRecord> Read(string statement, string persistenceId)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = statement;
        command.Parameters.AddWithValue("$id", persistenceId);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return new StoredRecord(reader.GetInt64(0), reader.IsDBNull(1) ? "" : reader.GetString(1), reader.IsDBNull(2) ? [] : (byte[])reader.GetValue(2));
    }
}
