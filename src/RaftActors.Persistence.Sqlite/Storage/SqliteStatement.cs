using System.Text;
using SQLitePCL;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>A prepared statement. It is kept as long as its connection and reset after each use.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle) : IDisposable
{
    private bool _holdsBlob;

    public SqliteStatement Bind(int index, long value)
    {
        raw.sqlite3_bind_int64(handle, index, value);
        return this;
    }

    public SqliteStatement Bind(int index, string value)
    {
        if (value.Length > 128)
        {
            raw.sqlite3_bind_text(handle, index, Encoding.UTF8.GetBytes(value));
            return this;
        }
        Span<byte> bytes = stackalloc byte[3 * 128];
        raw.sqlite3_bind_text(handle, index, bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        raw.sqlite3_bind_blob(handle, index, value);
        _holdsBlob = true;
        return this;
    }

    /// <summary>Runs a statement without a result.</summary>
    public void Run()
    {
        var code = raw.sqlite3_step(handle);
        if (code is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
            throw Failed(code);
        Reset();
    }

    /// <summary>Moves to the next row. After the last row the statement is ready for its next use.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code != raw.SQLITE_DONE)
            throw Failed(code);
        Reset();
        return false;
    }

    public void Reset()
    {
        raw.sqlite3_reset(handle);
        // Release the bound bytes. A snapshot is large, and SQLite no longer needs the bytes.
        if (_holdsBlob)
            raw.sqlite3_clear_bindings(handle);
        _holdsBlob = false;
    }

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    public long? OptionalNumber(int column) =>
        raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL ? null : Number(column);

    public string? Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public void Dispose()
    {
        connection.Forget(this);
        handle.Dispose();
    }

    private SqliteDatabaseException Failed(int code)
    {
        var failure = connection.Failure(code);
        Reset();
        return failure;
    }
}
