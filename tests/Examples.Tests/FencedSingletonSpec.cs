using Npgsql;
using RaftNode.Host.Tests.Processes;

namespace Examples.Tests;

public sealed class FencedSingletonSpec
{
    [PostgresFact]
    public async Task The_next_holder_writes_with_a_higher_token_and_the_late_write_of_the_former_one_is_refused()
    {
        string database = await DatabaseAsync();

        var (code, output, errors) = await ExampleRun.ToEndAsync(typeof(FencedSingleton.Program), database);

        Assert.True(code == 0 && errors.Count == 0, string.Join('\n', errors));
        var invoices = await InvoicesAsync(database);
        Assert.Equal(["1 coffee", "2 cake"], invoices.Select(static row => $"{row.Number} {row.Article}"));
        var (first, second) = (invoices[0], invoices[1]);
        Assert.NotEqual(first.Node, second.Node);
        Assert.True(first.Token < second.Token);
        Assert.Contains($"{first.Node} wrote invoice 1 for coffee, with the token {first.Token}.", output);
        Assert.Contains($"{second.Node} wrote invoice 2 for cake, with the token {second.Token}.", output);
        Assert.Contains(output, line => line.StartsWith($"{first.Node} has the price, and writes its invoice late: ",
            StringComparison.Ordinal) && line.EndsWith($" The token {first.Token} is older than one that was shown.",
            StringComparison.Ordinal));
    }

    [PostgresFact]
    public async Task A_write_that_waits_for_a_transaction_with_a_higher_token_is_refused_if_that_one_commits()
    {
        string database = await DatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await FencedSingleton.Tables.CreateAsync(source);

        // The first transaction with the higher token fails, and so the write that waited for it is done.
        Assert.Null(await WriteBesideAsync(source, token: 5, commits: false));
        Assert.Equal("FENCE", await WriteBesideAsync(source, token: 5, commits: true));

        Assert.Equal(9, await QueryAsync<long>(source, "SELECT token FROM raft_example.fence"));
        Assert.Equal(5, Assert.Single(await InvoicesAsync(database)).Token);
    }

    [Fact]
    public async Task A_call_without_a_database_says_how_to_call_it()
    {
        var (code, output, errors) = await ExampleRun.ToEndAsync(typeof(FencedSingleton.Program));

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("usage: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=postgres;Timeout=5", "Failed to connect to 127.0.0.1:1")]
    [InlineData("Hots=127.0.0.1", "hots")]
    public async Task A_database_that_cannot_be_used_is_one_line(string connection, string said)
    {
        var (code, output, errors) = await ExampleRun.ToEndAsync(typeof(FencedSingleton.Program), connection);

        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains(said, Assert.Single(errors));
    }

    private static async Task<string> DatabaseAsync() =>
        await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

    // One transaction shows the token 9 and is still open while another one writes with a lower token.
    private static async Task<string?> WriteBesideAsync(NpgsqlDataSource source, long token, bool commits)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var show = new NpgsqlCommand("SELECT raft_example.show_token(9)", connection, transaction))
            await show.ExecuteNonQueryAsync();
        var writing = WriteAsync(source, token);
        await Eventually.IsTrueAsync("the write to wait", async () =>
            await QueryAsync<long>(source, "SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
        if (commits)
            await transaction.CommitAsync();
        else
            await transaction.RollbackAsync();
        return await writing;
    }

    // The SQLSTATE of the failure; null if the row was written.
    private static async Task<string?> WriteAsync(NpgsqlDataSource source, long token)
    {
        try
        {
            await QueryAsync<object>(source,
                $"INSERT INTO raft_example.invoices VALUES (1, 'tea', 200, 'node1', {token}) RETURNING number");
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    private static async Task<T> QueryAsync<T>(NpgsqlDataSource source, string statement)
    {
        await using var command = source.CreateCommand(statement);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<List<Invoice>> InvoicesAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("SELECT * FROM raft_example.invoices ORDER BY number");
        await using var row = await command.ExecuteReaderAsync();
        var invoices = new List<Invoice>();
        while (await row.ReadAsync())
            invoices.Add(new Invoice(row.GetInt32(0), row.GetString(1), row.GetString(3), row.GetInt64(4)));
        return invoices;
    }

    private sealed record Invoice(int Number, string Article, string Node, long Token);
}
