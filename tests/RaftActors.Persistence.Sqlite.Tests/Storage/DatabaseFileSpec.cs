using System.Runtime.InteropServices;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests.Storage;

public sealed class DatabaseFileSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory / "journal.db";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_row_is_as_Akka_Persistence_Sql_writes_it()
    {
        using var test = new TestDatabase();
        test.Append("raft-kv-1", 3);
        test.Stepped.Step();

        using var connection = new SqliteConnection(test.Path, create: false);
        using var row = connection.Prepare("""
            SELECT ordering, created, deleted, persistence_id, sequence_number,
              message, manifest, identifier, writer_uuid FROM journal
            """);
        Assert.True(row.Step());
        Assert.Equal(
            (1, 1003, 0, "raft-kv-1", 3), (row.Number(0), row.Number(1), row.Number(2), row.Text(3), row.Number(4)));
        Assert.Equal(
            (10, "D", 4711, TestDatabase.Writer), (row.Bytes(5).Length, row.Text(6), row.Number(7), row.Text(8)));
    }

    [Fact]
    public void It_can_be_opened_again_when_it_is_closed_and_only_then()
    {
        using (Open())
            Assert.Contains("in use by another process or actor system", Fails(SqliteFault.Locked).Message);
        Open().Dispose();
    }

    [Fact]
    public void It_can_be_opened_again_at_once_when_opening_has_failed()
    {
        var failure = new InvalidOperationException("no thread");
        var settings = TestDatabase.Settings(Path);
        Assert.Same(failure, Assert.Throws<InvalidOperationException>(
            () => Database.Open(settings, _ => throw failure, () => { })));
        Database.Open(settings, run => new SteppedWriter(run), () => { }).Close();
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

        Assert.Equal($"The database {Path} is in use by another process", Fails(SqliteFault.Locked).Message);
    }

    [Fact]
    public void Another_kind_of_file_is_refused_and_left_alone()
    {
        var text = new string('x', 5000);
        File.WriteAllText(Path, text);

        Assert.StartsWith($"The database {Path} is not a SQLite database", Fails(SqliteFault.Foreign).Message);
        Assert.Equal(text, File.ReadAllText(Path));
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        Open().Dispose();
        Execute("PRAGMA user_version=2");
        Assert.Contains("newer version (format 2)", Fails(SqliteFault.NewerFormat).Message);
    }

    [Fact]
    public void A_newer_schema_is_refused()
    {
        Open().Dispose();
        Execute("""
            DROP TABLE snapshot;
            CREATE TABLE snapshot(
              persistence_id, sequence_number, created, snapshot, manifest, serializer_id, checksum BigInt NOT NULL)
            """);
        Assert.Contains(
            "table snapshot needs a value for an unknown column checksum", Fails(SqliteFault.NewerFormat).Message);
    }

    [Fact]
    public void A_column_that_need_not_be_written_is_no_newer_schema()
    {
        Open().Dispose();
        Execute("ALTER TABLE journal ADD COLUMN note NVarChar(10)");
        Open().Dispose();
    }

    [Fact]
    public void Tables_of_another_application_are_refused_and_left_alone()
    {
        Execute("CREATE TABLE journal(entry TEXT)", create: true);
        Assert.Contains(
            "is not one of Akka.Persistence: table journal lacks ordering", Fails(SqliteFault.Foreign).Message);
        using var connection = new SqliteConnection(Path, create: false);
        Assert.Equal(1, connection.QueryNumber("SELECT count(*) FROM sqlite_master"));
    }

    [Fact]
    public void Another_schema_is_refused()
    {
        Open().Dispose();
        Execute("ALTER TABLE journal RENAME COLUMN writer_uuid TO writer");
        Assert.Contains("table journal lacks writer_uuid", Fails(SqliteFault.Foreign).Message);
    }

    [Fact]
    public void A_damaged_database_is_named()
    {
        using (var test = new TestDatabase { KeepOpen = true })
        {
            for (var i = 1; i <= 100; i++)
                test.Append("a", i);
            test.Stepped.Step();
            test.Database.Close();
            var bytes = File.ReadAllBytes(test.Path);
            // The header of the first page stays; the list of tables that follows it is overwritten.
            bytes.AsSpan(100, 3996).Fill(0xee);
            File.WriteAllBytes(Path, bytes);
        }
        var failure = Fails(SqliteFault.Damaged);
        Assert.Contains($"The database {Path} is damaged", failure.Message);
        Assert.False(failure.MayRecover);
    }

    [Fact]
    public void A_file_that_may_only_be_read_is_named()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Open().Dispose();
        const UnixFileMode read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        const UnixFileMode enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_directory.Path, read | write | enter);
        File.SetUnixFileMode(Path + ".lock", read | write);
        File.SetUnixFileMode(Path, read);

        var failure = AsNobody(() => Fails(SqliteFault.ReadOnly));

        Assert.Contains($"The database {Path} cannot be opened for writing", failure.Message);
        Assert.False(failure.MayRecover);
    }

    [Fact]
    public void Without_auto_initialize_nothing_is_created()
    {
        Assert.Contains(
            "does not exist, and auto-initialize is off", Fails(SqliteFault.Missing, initialize: false).Message);
        new SqliteConnection(Path, create: true).Dispose();
        Assert.Contains("has no table journal", Fails(SqliteFault.Missing, initialize: false).Message);
    }

    [Fact]
    public void A_missing_or_unwritable_directory_is_named()
    {
        Assert.Contains("no does not exist", Fails(SqliteFault.Missing, path: _directory / "no/journal.db").Message);
        if (OperatingSystem.IsLinux())
            Assert.Contains("the directory /proc, or a file in it, is not writable", Fails(
                SqliteFault.ReadOnly, path: "/proc/journal.db").Message);
    }

    /// <summary>On this thread files are accessed as a user who is not root, if root runs the spec.</summary>
    private static T AsNobody<T>(Func<T> action)
    {
        var before = SetFileUser(65534);
        try
        {
            return action();
        }
        finally
        {
            _ = SetFileUser((uint)before);
        }
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(uint user);

    private DatabaseFile Open() => DatabaseFile.Open(TestDatabase.Settings(Path));

    private SqliteDatabaseException Fails(SqliteFault fault, bool initialize = true, string? path = null)
    {
        var settings = TestDatabase.Settings(path ?? Path, initialize);
        var failure = Assert.Throws<SqliteDatabaseException>(() => DatabaseFile.Open(settings));
        Assert.Equal(fault, failure.Fault);
        Assert.Equal(settings.Path, failure.Database);
        return failure;
    }

    private void Execute(string sql, bool create = false)
    {
        using var connection = new SqliteConnection(Path, create);
        connection.Execute(sql);
    }
}
