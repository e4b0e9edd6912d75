using Npgsql;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>What a node does with a PostgreSQL database besides what its plugins do.</summary>
internal static class Postgresql
{
    /// <summary>Makes sure that a database can be reached, so that who waits for a node knows why it does not come up.</summary>
    /// <exception cref="NodeStartException">It cannot; the message says where it was looked for, and why.</exception>
    public static async Task EnsureReachableAsync(StorePlace place)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(place.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or TimeoutException)
        {
            throw new NodeStartException(
                $"the database {place} cannot be used: {e.Message}. Start its server, or give another with --postgresql or {StorePlace.PostgresqlVariable}", e);
        }
    }
}
