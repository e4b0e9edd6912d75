namespace Akka.Persistence.Sql;

/// <summary>The tables of Akka.Persistence.Sql's default schema, so that either runtime opens the other's database.</summary>
internal static class SqlSchema
{
    private const string Create = """
        CREATE TABLE IF NOT EXISTS journal(
          ordering INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
          created BigInt NOT NULL,
          deleted Bit NOT NULL,
          persistence_id NVarChar(255) NOT NULL,
          sequence_number BigInt NOT NULL,
          message VarBinary NOT NULL,
          manifest NVarChar(500),
          identifier INTEGER,
          writer_uuid NVarChar(128));
        CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal(persistence_id, sequence_number);
        CREATE INDEX IF NOT EXISTS journal_created_idx ON journal(created);
        CREATE INDEX IF NOT EXISTS journal_sequence_number_idx ON journal(sequence_number);
        CREATE TABLE IF NOT EXISTS tags(
          ordering_id INTEGER NOT NULL,
          tag NVarChar(64) NOT NULL,
          sequence_nr INTEGER NOT NULL,
          persistence_id NVarChar(255) NOT NULL,
          PRIMARY KEY (ordering_id, tag));
        CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags(persistence_id, sequence_nr);
        CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags(tag);
        CREATE TABLE IF NOT EXISTS snapshot(
          persistence_id NVarChar(255) NOT NULL,
          sequence_number BigInt NOT NULL,
          created BigInt NOT NULL,
          snapshot VarBinary,
          manifest NVarChar(500),
          serializer_id INTEGER,
          PRIMARY KEY (persistence_id, sequence_number));
        CREATE INDEX IF NOT EXISTS snapshot_sequence_number_idx ON snapshot(sequence_number);
        CREATE INDEX IF NOT EXISTS snapshot_created_idx ON snapshot(created);
        """;

    private static readonly Dictionary<string, string[]> Columns = new()
    {
        ["journal"] =
            ["ordering", "created", "deleted", "persistence_id", "sequence_number", "message", "manifest", "identifier", "writer_uuid"],
        ["tags"] = ["ordering_id", "tag", "sequence_nr", "persistence_id"],
        ["snapshot"] = ["persistence_id", "sequence_number", "created", "snapshot", "manifest", "serializer_id"],
    };

    public static void Prepare(SqliteConnection connection, bool initialize)
    {
        // Neither runtime ever set it: whoever does will mean a format that this version does not know.
        var version = connection.QueryNumber("PRAGMA user_version");
        if (version != 0)
            throw new SqlException($"The database {connection.Path} was written by a newer version (format {version}); this version reads format 0");
        if (initialize)
            connection.Execute($"BEGIN IMMEDIATE;{Create};COMMIT");
        foreach (var (table, columns) in Columns)
            Verify(connection, table, columns);
    }

    private static void Verify(SqliteConnection connection, string table, string[] columns)
    {
        var missing = columns.ToHashSet();
        using var statement = connection.Prepare($"PRAGMA table_info({table})");
        while (statement.Step())
        {
            var name = statement.Text(1)!;
            var required = statement.Number(3) != 0 && statement.OptionalNumber(4) is null && statement.Text(4) is null;
            if (!missing.Remove(name) && required)
                throw new SqlException($"The database {connection.Path} has a newer schema: table {table} needs a value for an unknown column {name}");
        }
        if (missing.Count == columns.Length)
            throw new SqlException($"The database {connection.Path} has no table {table}, and auto-initialize is off");
        if (missing.Count > 0)
            throw new SqlException($"The database {connection.Path} has another schema: table {table} lacks {string.Join(", ", missing)}");
    }
}
