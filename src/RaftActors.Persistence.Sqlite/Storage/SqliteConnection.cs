using SQLitePCL;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// A connection to SQLite's C API, for one thread at a time. It replaces ADO.NET, whose layers would slow down the
/// journal's hot path.
/// </summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    public SqliteConnection(string path, bool create)
    {
        Path = path;
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        var code = raw.sqlite3_open_v2(path, out _handle, flags, null);
        if (code == raw.SQLITE_OK)
            return;
        var failure = Failure(code);
        Dispose();
        throw failure;
    }

    public string Path { get; }

    /// <summary>Whether SQLite could open the file for reading only.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(_handle, "main") == 1;

    /// <summary>The number of pages that this connection has written since it was opened.</summary>
    public int PagesWritten
    {
        get
        {
            raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
            return pages;
        }
    }

    public int BusyTimeout
    {
        set => raw.sqlite3_busy_timeout(_handle, value);
    }

    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>The key of the row that this connection inserted last.</summary>
    public long LastRowId => raw.sqlite3_last_insert_rowid(_handle);

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    /// <summary>Returns the first column of the first row; <c>null</c> if there is no row.</summary>
    public long? QueryNumber(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Number(0) : null;
    }

    public SqliteStatement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v2(_handle, sql, out var handle);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>
    /// Copies what it can from the write-ahead log into the database. No reader or writer waits for the copy.
    /// </summary>
    /// <returns>Whether the whole log has been copied, so that the next transaction may start the log over.</returns>
    public bool Checkpoint()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(
            _handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var inLog, out var copied);
        if ((code & 0xff) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
            return false;
        if (code != raw.SQLITE_OK)
            throw Failure(code);
        return inLog == copied;
    }

    public SqliteDatabaseException Failure(int code)
    {
        var message = _handle is { IsInvalid: false }
            ? raw.sqlite3_errmsg(_handle).utf8_to_string()
            : raw.sqlite3_errstr(code).utf8_to_string();
        var fault = FaultOf(code);
        if ((code & 0xff) is raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN && DiskSpace.IsUsedUp(Path))
            fault = SqliteFault.Full;
        var what = fault switch
        {
            SqliteFault.Locked => "is locked by another process",
            SqliteFault.Full => "cannot grow: the disk is full",
            SqliteFault.ReadOnly => "cannot be written",
            SqliteFault.Damaged => "is damaged",
            SqliteFault.Foreign => "is not a SQLite database",
            SqliteFault.Conflict => "holds this row already",
            _ => "failed",
        };
        return new SqliteDatabaseException(Path, fault, $"The database {Path} {what}: {message} (SQLite error {code})");
    }

    private static SqliteFault FaultOf(int code) => (code & 0xff) switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => SqliteFault.Locked,
        raw.SQLITE_FULL => SqliteFault.Full,
        raw.SQLITE_IOERR => SqliteFault.InputOutput,
        raw.SQLITE_CONSTRAINT => SqliteFault.Conflict,
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN => SqliteFault.ReadOnly,
        raw.SQLITE_NOTADB => SqliteFault.Foreign,
        raw.SQLITE_CORRUPT => SqliteFault.Damaged,
        _ => SqliteFault.Other,
    };

    public void Forget(SqliteStatement statement) => _statements.Remove(statement);

    public void Dispose()
    {
        foreach (var statement in _statements.ToArray())
            statement.Dispose();
        raw.sqlite3_close_v2(_handle);
    }
}
