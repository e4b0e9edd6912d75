using System.Data.Common;
using LinqToDB.Interceptors;

namespace RaftNode.Host.Configuration;

/// <summary>
/// What each connection of Akka.Persistence.Sql to a SQLite database is told when it is opened. Nothing of this can be
/// said in a connection string.
/// </summary>
internal sealed class SqliteConnectionSetup : ConnectionInterceptor
{
    // A write is one flush to disk instead of four, and readers do not wait for it. It stays in the file. Without the
    // second, a connection that finds the database locked asks again each 150 ms; so SQLite itself waits, for
    // milliseconds.
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
