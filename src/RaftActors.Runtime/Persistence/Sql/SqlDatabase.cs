using System.Collections.Concurrent;

namespace Akka.Persistence.Sql;

/// <summary>An open database: its one writer, and readers as they are needed. The journal and the snapshot store of the same file share it.</summary>
internal sealed class SqlDatabase
{
    private readonly SqlDatabaseFile _file;
    private readonly SqliteConnection _checkpoints;
    private readonly SqlLog _log;
    private readonly ConcurrentBag<SqlReader> _readers = [];
    private readonly Lock _gate = new();
    private bool _closed;

    private SqlDatabase(SqlDatabaseFile file, SqliteConnection writing, SqliteConnection checkpoints, SqlLog log, Func<Action, ISqlWriterThread> threads)
    {
        _file = file;
        _checkpoints = checkpoints;
        _log = log;
        Writer = new SqlWriter(writing, log, threads);
    }

    public string Path => _file.Path;

    public SqlWriter Writer { get; }

    /// <param name="path">Where it is.</param>
    /// <param name="initialize">Whether a database, or a table, that is missing is created.</param>
    /// <param name="walSize">How large the write-ahead log is made, in bytes; checkpoints begin when half of it is used.</param>
    /// <param name="threads">Makes what runs the writer.</param>
    /// <param name="checkpointWanted">Called by the writer when <see cref="Checkpoint"/> should be called, by another thread.</param>
    public static SqlDatabase Open(string path, bool initialize, long walSize, Func<Action, ISqlWriterThread> threads, Action checkpointWanted)
    {
        var file = SqlDatabaseFile.Open(path, initialize, walSize);
        SqliteConnection? writing = null, checkpoints = null;
        try
        {
            checkpoints = file.Connect();
            writing = file.Connect();
            var log = new SqlLog(walSize, writing.QueryNumber("PRAGMA page_size") ?? 4096, checkpointWanted);
            return new SqlDatabase(file, writing, checkpoints, log, threads);
        }
        catch
        {
            // One left open would be taken for another process by the next to open the file.
            writing?.Dispose();
            checkpoints?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads with a reader that nobody else uses meanwhile.</summary>
    public T Read<T>(Func<SqlReader, T> read)
    {
        if (!_readers.TryTake(out var reader))
            reader = new SqlReader(_file.Connect());
        try
        {
            var result = read(reader);
            KeepOrDispose(reader);
            return result;
        }
        catch
        {
            // A statement may be in the middle of its rows, and would keep the log from being started over.
            reader.Dispose();
            throw;
        }
    }

    public void Checkpoint()
    {
        lock (_gate)
        {
            try
            {
                if (!_closed)
                    _checkpoints.Checkpoint();
            }
            finally
            {
                _log.CheckpointMade();
            }
        }
    }

    public void Close()
    {
        Writer.Close();
        lock (_gate)
        {
            _closed = true;
            _checkpoints.Dispose();
            while (_readers.TryTake(out var reader))
                reader.Dispose();
            _file.Dispose();
        }
    }

    private void KeepOrDispose(SqlReader reader)
    {
        lock (_gate)
        {
            if (_closed)
                reader.Dispose();
            else
                _readers.Add(reader);
        }
    }
}
