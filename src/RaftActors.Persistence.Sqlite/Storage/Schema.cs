namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// The tables, in the default schema of Akka.Persistence.Sql. So either plugin can open the other's database.
/// </summary>
/// <remarks>
/// Akka.Persistence.Sql also makes indexes of <c>created</c> and of <c>sequence_number</c> alone. No query of either
/// plugin uses them, and each costs another page in every transaction. They are not made here. Nor is the key an
/// <c>AUTOINCREMENT</c> one, whose counter costs a page, too: no key is given out again all the same, because the event
/// with the largest key is never deleted, only marked. What a database has of these, it keeps.
/// </remarks>
internal static class Schema
{
    private const string Create = """
        CREATE TABLE IF NOT EXISTS journal(
          ordering INTEGER PRIMARY KEY NOT NULL,
          created INTEGER NOT NULL,
          deleted Bit NOT NULL,
          persistence_id NVarChar(255) NOT NULL,
          sequence_number INTEGER NOT NULL,
          message VarBinary NOT NULL,
          manifest NVarChar(500),
          identifier INTEGER,
          writer_uuid NVarChar(128));
        CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal(persistence_id, sequence_number);
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
          sequence_number INTEGER NOT NULL,
          created INTEGER NOT NULL,
          snapshot VarBinary,
          manifest NVarChar(500),
          serializer_id INTEGER,
          PRIMARY KEY (persistence_id, sequence_number));
        """;

    private static readonly Dictionary<string, string[]> Columns = new()
    {
        ["journal"] =
        [
            "ordering", "created", "deleted", "persistence_id", "sequence_number", "message", "manifest", "identifier",
            "writer_uuid",
        ],
        ["tags"] = ["ordering_id", "tag", "sequence_nr", "persistence_id"],
        ["snapshot"] = ["persistence_id", "sequence_number", "created", "snapshot", "manifest", "serializer_id"],
    };

    public static void Prepare(SqliteConnection connection, bool initialize)
    {
        // Akka.Persistence.Sql never sets this number. Another number means a format that this version does not know.
        var version = connection.QueryNumber("PRAGMA user_version");
        if (version != 0)
        {
            throw Fault(connection, SqliteFault.NewerFormat,
                $"was written by a newer version (format {version}); this version reads format 0");
        }
        if (initialize)
        {
            foreach (var (table, columns) in Columns)
                Verify(connection, table, columns, mayBeMissing: true);
            connection.Execute($"BEGIN IMMEDIATE;{Create};COMMIT");
        }
        foreach (var (table, columns) in Columns)
            Verify(connection, table, columns, mayBeMissing: false);
    }

    private static void Verify(SqliteConnection connection, string table, string[] columns, bool mayBeMissing)
    {
        var missing = columns.ToHashSet();
        var exists = false;
        string? unknown = null;
        using var statement = connection.Prepare($"PRAGMA table_info({table})");
        while (statement.Step())
        {
            exists = true;
            var name = statement.Text(1)!;
            var required = statement.Number(3) != 0 && statement.OptionalNumber(4) is null && statement.Text(4) is null;
            if (!missing.Remove(name) && required)
                unknown ??= name;
        }
        if (!exists && !mayBeMissing)
            throw Fault(connection, SqliteFault.Missing, $"has no table {table}, and auto-initialize is off");
        if (!exists)
            return;
        if (missing.Count > 0)
        {
            throw Fault(connection, SqliteFault.Foreign,
                $"is not one of Akka.Persistence: table {table} lacks {string.Join(", ", missing)}");
        }
        if (unknown is not null)
        {
            throw Fault(connection, SqliteFault.NewerFormat,
                $"has a newer schema: table {table} needs a value for an unknown column {unknown}");
        }
    }

    private static SqliteDatabaseException Fault(SqliteConnection connection, SqliteFault fault, string what) =>
        new(connection.Path, fault, $"The database {connection.Path} {what}");
}
