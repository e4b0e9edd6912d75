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

    /// <summary>Finds events of another node in a journal.</summary>
    /// <param name="path">The SQLite file, which need not exist.</param>
    /// <param name="own">The persistence ids of the node's peers.</param>
    /// <returns>Another persistence id of the journal; <c>null</c> if it holds only events of these peers.</returns>
    /// <exception cref="StoreException">The file is not a database.</exception>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static string? FindOther(string path, IReadOnlyCollection<string> own) =>
        Read(path, connection => Ids(connection).FirstOrDefault(id => !own.Contains(id)));

    /// <summary>The persistence id of the peer that owns the journal; <c>null</c> if there are no events.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <exception cref="StoreException">The file is not a database.</exception>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static string? Owner(string path) => Read(path, connection => Ids(connection).FirstOrDefault());

    /// <summary>The persistence ids of a journal: one for each group of its node.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <exception cref="StoreException">The file is not a database.</exception>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static IReadOnlyList<string> Owners(string path)
    {
        List<string> owners = [];
        _ = Read(path, connection =>
        {
            owners.AddRange(Ids(connection));
            return null;
        });
        return owners;
    }

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

    // Each takes one step of the index on the persistence id, however long the journal is.
    private static IEnumerable<string> Ids(SqliteConnection connection)
    {
        if (!HasTable(connection, "journal"))
            yield break;
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT MIN(persistence_id) FROM journal WHERE persistence_id > $before";
        var before = command.Parameters.AddWithValue("$before", "");
        while (command.ExecuteScalar() is string found)
        {
            yield return found;
            before.Value = found;
        }
    }

    private static bool HasTable(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $name";
        command.Parameters.AddWithValue("$name", name);
        return (long)command.ExecuteScalar()! > 0;
    }
}
