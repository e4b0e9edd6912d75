namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// Takes possession of a database file: no other process, and no other actor system of this one, may have it open.
/// Whatever is wrong with it is said here, in one sentence, before anything is written to it.
/// </summary>
internal sealed class DatabaseFile : IDisposable
{
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int InputOutputError = 5;

    private readonly FileStream _lock;
    private readonly SqliteSettings _settings;

    private DatabaseFile(SqliteSettings settings, FileStream @lock)
    {
        _settings = settings;
        _lock = @lock;
    }

    public string Path => _settings.Path;

    /// <summary>How large the write-ahead log is, in bytes: what the settings say, or less on a small disk.</summary>
    public long LogSize { get; private set; }

    public static DatabaseFile Open(SqliteSettings settings)
    {
        var file = new DatabaseFile(settings, Lock(settings.Path));
        try
        {
            file.Prepare();
            file.PreallocateLog();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A connection for one thread at a time.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(Path, create: false);
        try
        {
            connection.BusyTimeout = (int)_settings.BusyTimeout.TotalMilliseconds;
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
        {
            throw new SqliteDatabaseException(
                path, SqliteFault.Missing,
                $"The database {path} cannot be opened: the directory {directory} does not exist");
        }
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FaultOf(e) switch
            {
                SqliteFault.Locked => new SqliteDatabaseException(
                    path, SqliteFault.Locked,
                    $"The database {path} is in use by another process or actor system ({e.Message})", e),
                SqliteFault.ReadOnly => new SqliteDatabaseException(
                    path, SqliteFault.ReadOnly,
                    $"The database {path} cannot be opened: "
                    + $"the directory {directory}, or a file in it, is not writable ({e.Message})", e),
                var fault =>
                    new SqliteDatabaseException(path, fault, $"The database {path} cannot be opened: {e.Message}", e),
            };
        }
    }

    private static SqliteFault FaultOf(Exception e) => e switch
    {
        UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException => SqliteFault.ReadOnly,
        { HResult: ReadOnlyFileSystem } => SqliteFault.ReadOnly,
        { HResult: NoSpaceLeft } => SqliteFault.Full,
        { HResult: InputOutputError } => SqliteFault.InputOutput,
        _ => SqliteFault.Locked,
    };

    /// <summary>
    /// Opens it alone once. That finds out about processes that do not know the lock file, finishes what a crash left
    /// in the log, and, as the last connection to close, leaves no log behind.
    /// </summary>
    private void Prepare()
    {
        try
        {
            using var connection = new SqliteConnection(Path, create: _settings.AutoInitialize);
            if (connection.IsReadOnly)
                throw new SqliteDatabaseException(Path, SqliteFault.ReadOnly, "the file may only be read");
            connection.Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; BEGIN EXCLUSIVE; COMMIT");
            Schema.Prepare(connection, _settings.AutoInitialize);
        }
        catch (SqliteDatabaseException e)
        {
            throw e.Fault switch
            {
                SqliteFault.Locked => Fault(SqliteFault.Locked, $"The database {Path} is in use by another process", e),
                SqliteFault.ReadOnly when !_settings.AutoInitialize && !File.Exists(Path) =>
                    Fault(SqliteFault.Missing, $"The database {Path} does not exist, and auto-initialize is off", e),
                SqliteFault.ReadOnly =>
                    Fault(SqliteFault.ReadOnly, $"The database {Path} cannot be opened for writing: {e.Message}", e),
                _ => e,
            };
        }
    }

    private SqliteDatabaseException Fault(SqliteFault fault, string message, Exception cause) =>
        new(Path, fault, message, cause);

    /// <summary>
    /// A log whose blocks exist and have been written makes a commit a plain data flush. A log that grows makes a
    /// commit a journal commit of the file system too, which takes about twice as long. SQLite takes a log of zeros for
    /// an empty one, and later starts it over instead of truncating it.
    /// </summary>
    private void PreallocateLog()
    {
        try
        {
            using var log = File.OpenHandle(
                Path + "-wal", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            LogSize = _settings.WalSize;
            if (RandomAccess.GetLength(log) is var present and > 0)
            {
                LogSize = Math.Min(LogSize, Math.Max(present, SqliteSettings.SmallestLog));
                return;
            }
            while (!TryFill(log, LogSize))
            {
                // The disk is small or nearly full. Half of what is free is for the database.
                LogSize = Math.Min(LogSize / 2, DiskSpace.Free(Path) / 2);
                if (LogSize >= SqliteSettings.SmallestLog)
                    continue;
                // Without it the database can be read, and whoever writes is told that the disk is full.
                LogSize = SqliteSettings.SmallestLog;
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(FaultOf(e), $"The write-ahead log of the database {Path} cannot be written: {e.Message}", e);
        }
    }

    private static bool TryFill(Microsoft.Win32.SafeHandles.SafeFileHandle log, long size)
    {
        try
        {
            Fill(log, size);
            return true;
        }
        catch (IOException e) when (e.HResult == NoSpaceLeft)
        {
            RandomAccess.SetLength(log, 0);
            return false;
        }
    }

    private static void Fill(Microsoft.Win32.SafeHandles.SafeFileHandle log, long size)
    {
        var zeros = new byte[1 << 20];
        for (var at = 0L; at < size; at += zeros.Length)
            RandomAccess.Write(log, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)), at);
        RandomAccess.FlushToDisk(log);
    }
}
