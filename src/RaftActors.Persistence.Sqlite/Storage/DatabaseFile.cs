namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// Opens a database file for this actor system alone: no other process, and no other actor system of this process, may
/// have the file open. If the file cannot be used, an exception says why in one sentence, before anything is written to
/// the file.
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

    /// <summary>The size of the write-ahead log in bytes: the setting, or less if the disk is small.</summary>
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

    /// <summary>Opens a connection. One thread at a time may use it.</summary>
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
    /// Opens the file exclusively once. That finds processes that do not know the lock file, recovers what a crash left
    /// in the log, and leaves no log behind, because the connection is the last one to close.
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
    /// Allocates and writes the blocks of the write-ahead log. A commit is then a plain flush of data. In a log that
    /// grows, a commit also commits the file system's journal, which takes about twice as long. SQLite takes a log of
    /// zeros for an empty one, and later starts the log over instead of truncating it.
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
                // The disk is small or nearly full. The database gets half of the free space.
                LogSize = Math.Min(LogSize / 2, DiskSpace.Free(Path) / 2);
                if (LogSize >= SqliteSettings.SmallestLog)
                    continue;
                // Without the log, the database can still be read, and a writer learns that the disk is full.
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
