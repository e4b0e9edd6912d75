using Microsoft.Data.Sqlite;

namespace RaftNode.Host.Node;

/// <summary>Looks into a journal before it is used. One that another node left would look empty to this node's peer, which would then take its log for lost.</summary>
internal static class JournalFile
{
    private const int NotADatabase = 26;

    /// <summary>Makes sure that a journal, if it exists, holds no events but this peer's.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="persistenceId">The peer's persistence id.</param>
    /// <exception cref="NodeStartException">It belongs to another node or group, or is no database.</exception>
    public static void EnsureOwn(string path, string persistenceId)
    {
        if (!File.Exists(path))
            return;
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
            connection.Open();
            if (FindOther(connection, persistenceId) is { } other)
                throw new NodeStartException($"the database {path} belongs to another node: it holds {other}, and this node is {persistenceId}");
        }
        catch (SqliteException e)
        {
            throw new NodeStartException(e.SqliteErrorCode == NotADatabase ? $"{path} is not a SQLite database" : $"the database {path} cannot be opened: {e.Message}", e);
        }
    }

    private static string? FindOther(SqliteConnection connection, string persistenceId)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'journal'";
        if ((long)command.ExecuteScalar()! == 0)
            return null;
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
}
