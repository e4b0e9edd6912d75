using Akka.Configuration;
using Akka.Persistence.Sql;

namespace RaftActors.Runtime.Tests.Persistence.Sql;

public sealed class SqlDatabaseFileSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory / "journal.db";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_tables_are_those_of_Akka_Persistence_Sql()
    {
        Open().Dispose();
        using var connection = new SqliteConnection(Path, create: false);

        Assert.Equal(
            [
                "ordering INTEGER required key", "created BigInt required", "deleted Bit required", "persistence_id NVarChar(255) required",
                "sequence_number BigInt required", "message VarBinary required", "manifest NVarChar(500)", "identifier INTEGER", "writer_uuid NVarChar(128)",
            ],
            Columns(connection, "journal"));
        Assert.Equal(
            ["ordering_id INTEGER required key", "tag NVarChar(64) required key", "sequence_nr INTEGER required", "persistence_id NVarChar(255) required"],
            Columns(connection, "tags"));
        Assert.Equal(
            [
                "persistence_id NVarChar(255) required key", "sequence_number BigInt required key", "created BigInt required", "snapshot VarBinary",
                "manifest NVarChar(500)", "serializer_id INTEGER",
            ],
            Columns(connection, "snapshot"));
        Assert.Equal(
            [
                "journal_created_idx(created)", "journal_sequence_number_idx(sequence_number)", "journal_uq(persistence_id,sequence_number) unique",
                "snapshot_created_idx(created)", "snapshot_sequence_number_idx(sequence_number)",
                "tags_persistence_id_sequence_nr_idx(persistence_id,sequence_nr)", "tags_tag_idx(tag)",
            ],
            Indexes(connection));
        Assert.Equal(1, connection.QueryNumber("SELECT count(*) FROM sqlite_master WHERE name = 'journal' AND sql LIKE '%AUTOINCREMENT%'"));
    }

    [Fact]
    public void A_row_is_as_Akka_Persistence_Sql_writes_it()
    {
        using var test = new TestDatabase();
        test.Append("raft-kv-1", 3);
        test.Stepped.Step();

        using var connection = new SqliteConnection(test.Path, create: false);
        using var row = connection.Prepare("SELECT ordering, created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid FROM journal");
        Assert.True(row.Step());
        Assert.Equal((1, 1003, 0, "raft-kv-1", 3), (row.Number(0), row.Number(1), row.Number(2), row.Text(3), row.Number(4)));
        Assert.Equal((10, "D", 4711, TestDatabase.Writer), (row.Bytes(5).Length, row.Text(6), row.Number(7), row.Text(8)));
    }

    [Fact]
    public void A_database_of_Akka_Persistence_Sql_is_read()
    {
        using (var connection = new SqliteConnection(Path, create: true))
        {
            connection.Execute("""
                CREATE TABLE [journal]([ordering] INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, [created] BigInt NOT NULL, [deleted] Bit NOT NULL,
                  [persistence_id] NVarChar(255) NOT NULL, [sequence_number] BigInt NOT NULL, [message] VarBinary NOT NULL, [manifest] NVarChar(500),
                  [identifier] INTEGER, [writer_uuid] NVarChar(128));
                CREATE TABLE [tags]([ordering_id] INTEGER NOT NULL, [tag] NVarChar(64) NOT NULL, [sequence_nr] INTEGER NOT NULL,
                  [persistence_id] NVarChar(255) NOT NULL, PRIMARY KEY ([ordering_id], [tag]));
                CREATE TABLE [snapshot]([persistence_id] NVarChar(255) NOT NULL, [sequence_number] BigInt NOT NULL, [created] BigInt NOT NULL,
                  [snapshot] VarBinary, [manifest] NVarChar(500), [serializer_id] INTEGER, PRIMARY KEY ([persistence_id], [sequence_number]));
                INSERT INTO journal VALUES (7, 639308051248839409, 1, 'raft-kv-1', 2, x'00', 'D', 4711, 'w'), (8, 639308051248839409, 0, 'raft-kv-1', 3, x'2a000000', 'D', 4711, 'w');
                INSERT INTO snapshot VALUES ('raft-kv-1', 3, 639308051248839409, x'2a', 'D', 4711);
                """);
        }
        var database = SqlDatabase.Open(Path, true, 0, run => new SteppedWriter(run), () => { });
        var events = new List<SqlEvent>();

        database.Read(reader =>
        {
            reader.ReadEvents("raft-kv-1", 1, 10, 10, events);
            Assert.Equal(3, reader.HighestSequenceNr("raft-kv-1"));
            var snapshot = reader.ReadSnapshot("raft-kv-1", new(0, 10, 0, long.MaxValue))!.Value;
            Assert.Equal((3, 639308051248839409, 4711), (snapshot.SequenceNr, snapshot.Created, snapshot.Payload.SerializerId));
            return 0;
        });

        var e = Assert.Single(events);
        Assert.Equal((3, 639308051248839409, "w", 4711, "D"), (e.SequenceNr, e.Created, e.WriterUuid, e.Payload.SerializerId, e.Payload.Manifest));
        Assert.Equal([0x2a, 0, 0, 0], e.Payload.Bytes);
        database.Close();
    }

    [Fact]
    public void It_can_be_opened_again_when_it_is_closed_and_only_then()
    {
        using (Open())
            Assert.Contains("in use by another process or actor system", Assert.Throws<SqlException>(Open).Message);
        Open().Dispose();
    }

    [Fact]
    public void It_can_be_opened_again_at_once_when_opening_has_failed()
    {
        var failure = new InvalidOperationException("no thread");
        Assert.Same(failure, Assert.Throws<InvalidOperationException>(() => SqlDatabase.Open(Path, true, 0, _ => throw failure, () => { })));
        SqlDatabase.Open(Path, true, 0, run => new SteppedWriter(run), () => { }).Close();
    }

    [Fact]
    public void A_statement_does_not_keep_the_bytes_that_it_wrote()
    {
        using var connection = new SqliteConnection(Path, create: true);
        connection.Execute("CREATE TABLE t(bytes BLOB)");
        using var insert = connection.Prepare("INSERT INTO t VALUES (?1)");
        insert.Bind(1, [1, 2, 3]).Run();
        insert.Run();

        Assert.Equal(2, connection.QueryNumber("SELECT count(*) FROM t"));
        Assert.Equal(1, connection.QueryNumber("SELECT count(bytes) FROM t"));
    }

    [Fact]
    public void A_process_that_does_not_know_the_lock_file_is_noticed()
    {
        Open().Dispose();
        using var other = new SqliteConnection(Path, create: false);
        Assert.Equal(0, other.QueryNumber("SELECT count(*) FROM journal"));

        Assert.Equal($"The database {Path} is in use by another process", Assert.Throws<SqlException>(Open).Message);
    }

    [Fact]
    public void Another_kind_of_file_is_refused_and_left_alone()
    {
        var text = new string('x', 5000);
        File.WriteAllText(Path, text);

        Assert.Equal($"The file {Path} is not a SQLite database", Assert.Throws<SqlException>(Open).Message);
        Assert.Equal(text, File.ReadAllText(Path));
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        Open().Dispose();
        Execute("PRAGMA user_version=2");
        Assert.Contains("newer version (format 2)", Assert.Throws<SqlException>(Open).Message);
    }

    [Fact]
    public void A_newer_schema_is_refused()
    {
        Open().Dispose();
        Execute("DROP TABLE snapshot; CREATE TABLE snapshot(persistence_id, sequence_number, created, snapshot, manifest, serializer_id, checksum BigInt NOT NULL)");
        Assert.Contains("table snapshot needs a value for an unknown column checksum", Assert.Throws<SqlException>(Open).Message);
    }

    [Fact]
    public void Another_schema_is_refused()
    {
        Open().Dispose();
        Execute("ALTER TABLE journal RENAME COLUMN writer_uuid TO writer");
        Assert.Contains("table journal lacks writer_uuid", Assert.Throws<SqlException>(Open).Message);
    }

    [Fact]
    public void Without_auto_initialize_nothing_is_created()
    {
        Assert.Contains("does not exist, and auto-initialize is off", Assert.Throws<SqlException>(() => SqlDatabaseFile.Open(Path, false, 0)).Message);
        new SqliteConnection(Path, create: true).Dispose();
        Assert.Contains("has no table journal", Assert.Throws<SqlException>(() => SqlDatabaseFile.Open(Path, false, 0)).Message);
    }

    [Fact]
    public void A_missing_or_unwritable_directory_is_named()
    {
        var missing = _directory / "no/journal.db";
        Assert.Contains("no does not exist", Assert.Throws<SqlException>(() => SqlDatabaseFile.Open(missing, true, 0)).Message);
        if (OperatingSystem.IsLinux())
            Assert.Contains("/proc is not writable", Assert.Throws<SqlException>(() => SqlDatabaseFile.Open("/proc/journal.db", true, 0)).Message);
    }

    [Fact]
    public void Settings_have_the_keys_of_Akka_Persistence_Sql()
    {
        var settings = SqlSettings.From($$"""
            connection-string = "Data Source={{Path}}", provider-name = SQLite.MS, auto-initialize = off, wal-size = 1 MiB
            """);

        Assert.Equal(new SqlSettings(Path, false, 1 << 20), settings);
    }

    [Theory]
    [InlineData("provider-name = PostgreSQL, connection-string = \"Data Source=x\"", "provider-name")]
    [InlineData("provider-name = SQLite.MS", "connection-string")]
    [InlineData("provider-name = SQLite.MS, connection-string = \"Data Source=:memory:\"", "does not name a file")]
    [InlineData("provider-name = SQLite.MS, connection-string = \"Nonsense=1\"", "Nonsense")]
    [InlineData("provider-name = SQLite.MS, connection-string = \"Data Source=x\", table-mapping = sqlite", "table-mapping")]
    public void Settings_that_cannot_be_honoured_are_refused(string settings, string problem) =>
        Assert.Contains(problem, Assert.Throws<ConfigurationException>(() => SqlSettings.From(settings)).Message);

    private static List<string> Columns(SqliteConnection connection, string table)
    {
        using var rows = connection.Prepare($"PRAGMA table_info({table})");
        var columns = new List<string>();
        while (rows.Step())
            columns.Add($"{rows.Text(1)} {rows.Text(2)}{(rows.Number(3) != 0 ? " required" : "")}{(rows.Number(5) != 0 ? " key" : "")}");
        return columns;
    }

    private static List<string> Indexes(SqliteConnection connection)
    {
        using var rows = connection.Prepare("""
            SELECT l.name || '(' || (SELECT group_concat(i.name) FROM pragma_index_info(l.name) i) || ')' || CASE l."unique" WHEN 1 THEN ' unique' ELSE '' END
            FROM sqlite_master t, pragma_index_list(t.name) l WHERE t.type = 'table' AND l.origin = 'c' ORDER BY l.name
            """);
        var indexes = new List<string>();
        while (rows.Step())
            indexes.Add(rows.Text(0)!);
        return indexes;
    }

    private SqlDatabaseFile Open() => SqlDatabaseFile.Open(Path, true, 0);

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection(Path, create: false);
        connection.Execute(sql);
    }
}
