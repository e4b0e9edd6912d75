using Npgsql;

namespace RaftNode.Host.Tests.Processes;

/// <summary>The server that specs run on does what they ask of it.</summary>
public sealed class PostgresServerSpec
{
    [PostgresFact]
    public async Task It_keeps_what_it_confirmed_over_a_stop_and_a_kill_and_goes_on_after_a_pause()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("CREATE TABLE kept(id integer)", database);
        await server.ExecuteAsync("INSERT INTO kept VALUES (1)", database);

        await server.RestartAsync();
        await server.ExecuteAsync("INSERT INTO kept VALUES (2)", database);
        await server.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => server.QueryAsync("SELECT 1"));
        await server.StartAgainAsync();
        Assert.Equal(2L, await server.QueryAsync("SELECT COUNT(*) FROM kept", database));

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await server.PauseAsync();
        await using var command = new NpgsqlCommand("SELECT 3", connection);
        var answer = command.ExecuteScalarAsync();
        await using var another = new NpgsqlConnection(database + ";Timeout=1;Pooling=false");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => another.OpenAsync());
        Assert.False(answer.IsCompleted);
        await server.ContinueAsync();
        Assert.Equal(3, await answer);
    }
}
