using SQLitePCL;

namespace Akka.Persistence.Sql;

/// <summary>A connection to SQLite's C API, for one thread at a time. The journal's hot path leaves no room for ADO.NET's layers.</summary>
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

    /// <summary>How many pages this connection has written since it was opened.</summary>
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

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    /// <summary>The first column of the first row.</summary>
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

    /// <summary>Copies what it can from the write-ahead log into the database without making anyone wait.</summary>
    /// <returns>Whether the log is now copied as a whole, so that the next transaction may start it over, and how many of its pages were not.</returns>
    public (bool Complete, int Left) Checkpoint()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var inLog, out var copied);
        if ((code & 0xff) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
            return (false, inLog);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
        return (inLog == copied, inLog - copied);
    }

    public SqlException Failure(int code)
    {
        var message = _handle is { IsInvalid: false } ? raw.sqlite3_errmsg(_handle).utf8_to_string() : raw.sqlite3_errstr(code).utf8_to_string();
        return new SqlException($"The database {Path} failed: {message} (SQLite error {code})", code);
    }

    public void Forget(SqliteStatement statement) => _statements.Remove(statement);

    public void Dispose()
    {
        foreach (var statement in _statements.ToArray())
            statement.Dispose();
        raw.sqlite3_close_v2(_handle);
    }
}
