using System.Collections.Concurrent;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// An open database: one writer, and as many readers as are needed. A journal and a snapshot store with the same file
/// share one database.
/// </summary>
internal sealed class Database
{
    private readonly DatabaseFile _file;
    private readonly SqliteConnection _checkpoints;
    private readonly WriteAheadLog _log;
    private readonly ConcurrentBag<DatabaseReader> _readers = [];
    private readonly Lock _gate = new();
    private bool _closed;

    private Database(
        DatabaseFile file, SqliteConnection writing, SqliteConnection checkpoints, WriteAheadLog log,
        Func<Action, IWriterThread> threads)
    {
        _file = file;
        _checkpoints = checkpoints;
        _log = log;
        Writer = new DatabaseWriter(writing, log, threads);
    }

    public string Path => _file.Path;

    public DatabaseWriter Writer { get; }

    /// <summary>Opens a database.</summary>
    /// <param name="settings">The file and the settings.</param>
    /// <param name="threads">Makes the thread that runs the writer.</param>
    /// <param name="checkpointWanted">
    /// The writer calls this when <see cref="Checkpoint"/> should be called, on another thread.
    /// </param>
    /// <exception cref="SqliteDatabaseException">The database cannot be used. The message says why.</exception>
    public static Database Open(SqliteSettings settings, Func<Action, IWriterThread> threads, Action checkpointWanted)
    {
        var file = DatabaseFile.Open(settings);
        SqliteConnection? writing = null, checkpoints = null;
        try
        {
            checkpoints = file.Connect();
            writing = file.Connect();
            var log = new WriteAheadLog(
                file.LogSize, writing.QueryNumber("PRAGMA page_size") ?? 4096, checkpointWanted);
            return new Database(file, writing, checkpoints, log, threads);
        }
        catch
        {
            // The next attempt to open the file would take a connection left open for another process.
            writing?.Dispose();
            checkpoints?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Calls a function with a reader that no one else uses at the same time.</summary>
    public T Read<T>(Func<DatabaseReader, T> read)
    {
        if (!_readers.TryTake(out var reader))
            reader = new DatabaseReader(_file.Connect());
        try
        {
            var result = read(reader);
            KeepOrDispose(reader);
            return result;
        }
        catch
        {
            // The reader may have stopped between two rows. Then the write-ahead log could not be started over.
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Copies the write-ahead log into the database. No write waits for the copy.</summary>
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

    /// <summary>Writes what is queued, then closes the file.</summary>
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

    private void KeepOrDispose(DatabaseReader reader)
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
