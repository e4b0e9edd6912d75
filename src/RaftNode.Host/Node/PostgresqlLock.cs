using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>
/// A lock on a peer's part of a PostgreSQL database. Two processes on one journal would break each other's promises,
/// and unlike a directory, a database can be reached from two machines. The server releases the lock when the
/// connection ends.
/// </summary>
internal sealed class PostgresqlLock : IDisposable
{
    // The lock of a process that was killed is released when the server notices the end of its connection.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly NpgsqlConnection _connection;

    private PostgresqlLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes the lock.</summary>
    /// <param name="place">The database.</param>
    /// <param name="persistenceId">The peer's persistence id.</param>
    /// <returns>The lock; <c>null</c> if another process holds it.</returns>
    /// <exception cref="NodeStartException">The database cannot be reached.</exception>
    public static async Task<PostgresqlLock?> TryTakeAsync(StorePlace place, string persistenceId)
    {
        var connection = await Postgresql.OpenAsync(place);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                $"SET lock_timeout = {(int)Patience.TotalMilliseconds}; SELECT pg_advisory_lock({Key(persistenceId)})";
            await command.ExecuteNonQueryAsync();
            return new PostgresqlLock(connection);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await connection.DisposeAsync();
            return null;
        }
        catch (NpgsqlException e)
        {
            await connection.DisposeAsync();
            throw new NodeStartException($"the database {place} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Why the lock is not available, for messages.</summary>
    public static string InUse(StorePlace place, string persistenceId) =>
        $"{persistenceId} in the database {place} is in use by another process";

    /// <summary>Waits until the connection and with it the lock have ended.</summary>
    public async Task LostAsync(CancellationToken stopped)
    {
        try
        {
            // The connection listens to nothing, so only its end ends the wait.
            while (!stopped.IsCancellationRequested)
                await _connection.WaitAsync(stopped);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or InvalidOperationException)
        {
            // The connection has ended, as awaited.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    // Advisory locks are numbers, which all applications of a database share.
    private static long Key(string persistenceId) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"RaftActors {persistenceId}")));
}
