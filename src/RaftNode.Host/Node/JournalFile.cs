using Microsoft.Data.Sqlite;
using RaftActors.Storage;

namespace RaftNode.Host.Node;

/// <summary>
/// Checks a journal before it is used. If another node's journal is in its place, this node's peer would find no
/// events, and would believe that its log was lost.
/// </summary>
internal static class JournalFile
{
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;
    private const long LeastSpace = 64 << 10;

    /// <summary>Checks that a journal, if it exists, holds only events of this peer.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="persistenceId">The peer's persistence id.</param>
    /// <exception cref="StoreException">The file belongs to another node or group, or is not a database.</exception>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static void EnsureOwn(string path, string persistenceId)
    {
        if (Read(path, connection => FindOther(connection, persistenceId)) is { } other)
        {
            throw new StoreException(
                $"the database {path} belongs to another node: it holds {other}, and this node is {persistenceId}",
                canWait: false);
        }
    }

    /// <summary>The persistence id of the peer that owns the journal; <c>null</c> if there are no events.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <exception cref="StoreException">The file is not a database.</exception>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static string? Owner(string path) => Read(path, connection => FindOther(connection, ""));

    /// <summary>Whether a database holds snapshots of a peer.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="persistenceId">The peer's persistence id.</param>
    /// <exception cref="StoreException">The file is not a database.</exception>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static bool HasSnapshots(string path, string persistenceId) => Read(path, connection =>
    {
        if (!HasTable(connection, "snapshot"))
            return null;
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id FROM snapshot WHERE persistence_id = $id LIMIT 1";
        command.Parameters.AddWithValue("$id", persistenceId);
        return command.ExecuteScalar() as string;
    }) is not null;

    private static string? Read(string path, Func<SqliteConnection, string?> read)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path,
                Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 }.ConnectionString);
            connection.Open();
            return read(connection);
        }
        // If there is no room for the index of the write-ahead log, SQLite reports that the disk fails, or that the
        // file cannot be opened.
        catch (SqliteException e) when (e.SqliteErrorCode is InputOutput or Full or CannotOpen && IsDiskFull(path))
        {
            throw new StoreException(
                $"the database {path} cannot be opened: the disk is full. Free some space on it", canWait: true, e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == NotADatabase)
        {
            throw new StoreException($"{path} is not a SQLite database", canWait: false, e);
        }
    }

    private static bool IsDiskFull(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < LeastSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    private static string? FindOther(SqliteConnection connection, string persistenceId)
    {
        if (!HasTable(connection, "journal"))
            return null;
        using var command = connection.CreateCommand();
        // This takes two steps of the index on the persistence id, however long the journal is.
        command.CommandText = "SELECT MIN(persistence_id) FROM journal UNION SELECT MAX(persistence_id) FROM journal";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!reader.IsDBNull(0) && reader.GetString(0) is var found && found != persistenceId)
                return found;
        }
        return null;
    }

    private static bool HasTable(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $name";
        command.Parameters.AddWithValue("$name", name);
        return (long)command.ExecuteScalar()! > 0;
    }
}
