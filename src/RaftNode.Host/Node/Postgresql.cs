using Npgsql;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>What the program does with a PostgreSQL database besides what the plugins do.</summary>
internal static class Postgresql
{
    /// <summary>Makes sure that a database can be reached, so that it is known why a node does not come up.</summary>
    /// <exception cref="NodeStartException">It cannot; the message says where it was looked for, and why.</exception>
    public static async Task EnsureReachableAsync(StorePlace place)
    {
        await using var connection = await OpenAsync(place);
    }

    /// <summary>Opens a connection of its own.</summary>
    /// <exception cref="NodeStartException">It cannot be opened; the message says where, and why.</exception>
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
