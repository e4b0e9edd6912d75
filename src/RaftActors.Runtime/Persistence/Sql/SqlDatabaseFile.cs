using SQLitePCL;

namespace Akka.Persistence.Sql;

/// <summary>
/// Takes possession of a database file: no other process, and no other actor system of this one, may have it open. Whatever is wrong with it is said here, in one
/// sentence, before anything is written to it.
/// </summary>
internal sealed class SqlDatabaseFile : IDisposable
{
    private readonly FileStream _lock;

    private SqlDatabaseFile(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    public static SqlDatabaseFile Open(string path, bool initialize, long walSize)
    {
        var file = new SqlDatabaseFile(path, Lock(path));
        try
        {
            file.Prepare(initialize);
            file.PreallocateLog(walSize);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(Path, create: false);
        try
        {
            connection.BusyTimeout = 1000;
            connection.Execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        var directory = System.IO.Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            throw new SqlException($"The database {path} cannot be opened: the directory {directory} does not exist");
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || e.GetType() != typeof(IOException))
        {
            throw new SqlException($"The database {path} cannot be opened: the directory {directory} is not writable ({e.Message})", 0, e);
        }
        catch (IOException e)
        {
            throw new SqlException($"The database {path} is in use by another process or actor system ({e.Message})", 0, e);
        }
    }

    /// <summary>
    /// Opened alone once: that finds out about processes that do not know the lock file, finishes what a crash left in the log, and, as the last connection to
    /// close, leaves no log behind.
    /// </summary>
    private void Prepare(bool initialize)
    {
        try
        {
            using var connection = new SqliteConnection(Path, create: initialize);
            connection.Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; BEGIN EXCLUSIVE; COMMIT");
            SqlSchema.Prepare(connection, initialize);
        }
        catch (SqlException e)
        {
            throw e.Code switch
            {
                raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new SqlException($"The database {Path} is in use by another process", e.Code, e),
                raw.SQLITE_NOTADB => new SqlException($"The file {Path} is not a SQLite database", e.Code, e),
                raw.SQLITE_CANTOPEN when !initialize => new SqlException($"The database {Path} does not exist, and auto-initialize is off", e.Code, e),
                raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM =>
                    new SqlException($"The database {Path} cannot be opened for writing: {e.Message}", e.Code, e),
                _ => e,
            };
        }
    }

    /// <summary>
    /// A log whose blocks exist and have been written makes a commit a plain data flush; one that grows makes it a journal commit of the file system too, which
    /// takes about twice as long. SQLite takes a log of zeros for an empty one, and later starts it over instead of truncating it.
    /// </summary>
    private void PreallocateLog(long size)
    {
        using var log = File.OpenHandle(Path + "-wal", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (RandomAccess.GetLength(log) > 0)
            return;
        var zeros = new byte[1 << 20];
        for (var at = 0L; at < size; at += zeros.Length)
            RandomAccess.Write(log, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)), at);
        RandomAccess.FlushToDisk(log);
    }
}
