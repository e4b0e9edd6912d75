using Npgsql;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>What the program does with a PostgreSQL database besides the plugins.</summary>
internal static class Postgresql
{
    /// <summary>Checks that a database can be reached, so that a node that does not start says why.</summary>
    /// <exception cref="NodeStartException">
    /// The database cannot be reached. The message says which database, and why.
    /// </exception>
    public static async Task EnsureReachableAsync(StorePlace place)
    {
        await using var connection = await OpenAsync(place);
    }

    /// <summary>Opens a connection apart from those of the plugins.</summary>
    /// <exception cref="NodeStartException">
    /// The connection cannot be opened. The message says to which database, and why.
    /// </exception>
    public static async Task<NpgsqlConnection> OpenAsync(StorePlace place)
    {
        NpgsqlConnection? connection = null;
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(place.ConnectionString) { Pooling = false };
            connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync();
            return connection;
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or TimeoutException)
        {
            connection?.Dispose();
            throw new NodeStartException(
                $"the database {place} cannot be used: {e.Message}. Start its server, or name another database in the "
                + $"configuration or in {StorePlace.PostgresqlVariable}", e);
        }
    }
}
