using Microsoft.Data.Sqlite;
using RaftActors.Storage;

namespace RaftNode.Host.Node;

/// <summary>
/// Looks into a journal before it is used. One that another node left would look empty to this node's peer, which would
/// then take its log for lost.
/// </summary>
internal static class JournalFile
{
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;
    private const long LeastSpace = 64 << 10;

    /// <summary>Makes sure that a journal, if it exists, holds no events but this peer's.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="persistenceId">The peer's persistence id.</param>
    /// <exception cref="StoreException">It belongs to another node or group, or is no database.</exception>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static void EnsureOwn(string path, string persistenceId)
    {
        if (Read(path, connection => FindOther(connection, persistenceId)) is { } other)
        {
            throw new StoreException(
                $"the database {path} belongs to another node: it holds {other}, and this node is {persistenceId}",
                canWait: false);
        }
    }

    /// <summary>The persistence id of the peer whose journal it is; <c>null</c> when there are no events.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <exception cref="StoreException">It is no database.</exception>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static string? Owner(string path) => Read(path, connection => FindOther(connection, ""));

    /// <summary>Whether a database holds snapshots of a peer.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="persistenceId">The peer's persistence id.</param>
    /// <exception cref="StoreException">It is no database.</exception>
    /// <exception cref="SqliteException">It cannot be read.</exception>
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
        // Without room for the index of its log SQLite says that the disk fails, or that the file cannot be opened.
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
        // Two steps of the index on the persistence id, however long the journal is.
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
