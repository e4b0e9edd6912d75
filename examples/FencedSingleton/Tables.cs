using Npgsql;

namespace FencedSingleton;

/// <summary>The tables, in a schema of their own. A trigger refuses an older token.</summary>
public static class Tables
{
    /// <summary>The SQLSTATE of a refusal.</summary>
    public const string Refused = "FENCE";

    private const string Data = """
        DROP SCHEMA IF EXISTS raft_example CASCADE;
        CREATE SCHEMA raft_example;
        CREATE TABLE raft_example.prices (article text PRIMARY KEY, cents int NOT NULL);
        CREATE TABLE raft_example.invoices (number int PRIMARY KEY,
          article text NOT NULL, cents int NOT NULL, node text NOT NULL, token bigint NOT NULL);
        INSERT INTO raft_example.prices VALUES ('coffee', 250), ('tea', 200), ('cake', 400);
        """;

    #region trigger
    private const string Fence = $"""
        -- One row: the highest token that was shown.
        CREATE TABLE raft_example.fence (token bigint NOT NULL);
        INSERT INTO raft_example.fence VALUES (0);

        -- The update locks the row until the transaction ends. So a second transaction waits, and sees the first token.
        CREATE FUNCTION raft_example.show_token(shown bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE raft_example.fence SET token = shown WHERE token <= shown;
          IF NOT FOUND THEN
            RAISE EXCEPTION 'The token % is older than one that was shown.', shown USING ERRCODE = '{Refused}';
          END IF;
        END $$;

        CREATE FUNCTION raft_example.show_token_of_row() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM raft_example.show_token(NEW.token);
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse_older_token BEFORE INSERT OR UPDATE ON raft_example.invoices
          FOR EACH ROW EXECUTE FUNCTION raft_example.show_token_of_row();
        """;
    #endregion

    /// <summary>Makes the tables. Those of an earlier run are dropped.</summary>
    public static async Task CreateAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Data + Fence);
        await command.ExecuteNonQueryAsync();
    }
}
