using Npgsql;

namespace RaftNode.Host.Tests.Processes;

/// <summary>Akka.Persistence.Sql on PostgreSQL: what ends the start, and what is tried again.</summary>
public sealed class PostgresFailureSpec : StoreSpec
{
    [PostgresFact]
    public async Task A_database_that_does_not_exist()
    {
        var server = await PostgresServer.SharedAsync();
        await EndsAsync(
            Store(server.ConnectionString("nowhere")),
            "3D000",
            "\"nowhere\" does not exist",
            $"127.0.0.1 {server.Port} nowhere",
            "Create the database");
    }

    [PostgresFact]
    public async Task A_wrong_password()
    {
        var server = await PostgresServer.SharedAsync();
        var wrong = server.ConnectionString("postgres", password: "wrong");
        await EndsAsync(Store(wrong), "28P01", "the password in the connection string");
    }

    [PostgresFact]
    public async Task A_user_who_may_not_make_tables()
    {
        var server = await PostgresServer.SharedAsync();
        var foreign = server.ConnectionString("postgres");
        await EndsAsync(Store(foreign), "42501", "permission denied", "the right to create and use the tables");
    }

    [PostgresFact]
    public async Task A_database_with_other_tables()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE journal(id integer, what text); CREATE TABLE snapshot(id integer)");
        await EndsAsync(Store(database), "42703", "The tables are not those of this journal");
    }

    [PostgresFact]
    public async Task A_provider_of_another_database()
    {
        var server = await PostgresServer.SharedAsync();
        var database = server.ConnectionString("postgres");
        await EndsAsync(Sql("SQLite.MS", database), "Connection string keyword", "provider-name");
    }

    [PostgresTheory]
    [InlineData("identifier = 9999", "9999")]
    [InlineData("message = '\\xffff'", "Event 1 of raft-kv-node1 cannot be read")]
    public async Task An_event_that_cannot_be_read(string change, string said)
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await RunOnceAsync(Store(database));
        await ExecuteAsync(database, $"UPDATE journal SET {change} WHERE sequence_number = 1");
        await EndsAsync(Store(database), said);
    }

    [PostgresFact]
    public async Task A_server_that_has_too_many_connections()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("ALTER ROLE raftnode CONNECTION LIMIT 0");
        await WaitsAsync(
            Store(database), "53300", () => server.ExecuteAsync("ALTER ROLE raftnode CONNECTION LIMIT -1"));
    }

    [PostgresFact]
    public async Task A_server_that_is_not_there_yet()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await server.StopAsync();
        await WaitsAsync(Store(database), "Failed to connect", server.StartAgainAsync);
    }

    [PostgresFact]
    public async Task A_server_that_stops_while_the_node_runs()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await WaitsAsync(
            Store(database),
            "cannot be reached",
            mend: server.StartAgainAsync,
            spoil: async _ =>
            {
                await server.StopAsync();
                Put();
            });
    }

    [PostgresFact]
    public async Task A_disk_that_is_full()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await WaitsAsync(
            Store(database),
            "could not extend file",
            mend: () => ExecuteAsync(database, "DROP TRIGGER full_disk ON journal"),
            spoil: async _ =>
            {
                await ExecuteAsync(database, """
                    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
                    CREATE TRIGGER full_disk BEFORE INSERT ON journal EXECUTE FUNCTION fail()
                    """);
                Put();
            });
    }

    private static string Store(string connection) => Sql("PostgreSQL", $"{connection};Pooling=false;Timeout=5");

    // As the user that the node is, to whom its tables belong.
    private static async Task ExecuteAsync(string database, string statements)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statements, connection);
        await command.ExecuteNonQueryAsync();
    }
}
