using System.Data.Common;
using LinqToDB.Interceptors;

namespace RaftNode.Host.Configuration;

/// <summary>
/// Configures each connection of Akka.Persistence.Sql to a SQLite database when it is opened. These settings have no
/// place in a connection string.
/// </summary>
internal sealed class SqliteConnectionSetup : ConnectionInterceptor
{
    // With a write-ahead log, a write is one flush to disk instead of four, and readers do not wait for writes. That
    // setting stays in the file. With the busy timeout, SQLite itself waits for milliseconds if the database is locked.
    // Without it, the connection would try again every 150 ms.
    private const string Statements = $"{ReadOnlyStatements}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";

    private const string ReadOnlyStatements = "PRAGMA busy_timeout = 5000";

    /// <inheritdoc/>
    public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection)
    {
        using var command = Command(connection);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override async Task ConnectionOpenedAsync(
        ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static DbCommand Command(DbConnection connection)
    {
        var command = connection.CreateCommand();
        var readOnly = connection.ConnectionString.Contains("Mode=ReadOnly", StringComparison.OrdinalIgnoreCase);
        command.CommandText = readOnly ? ReadOnlyStatements : Statements;
        return command;
    }
}
