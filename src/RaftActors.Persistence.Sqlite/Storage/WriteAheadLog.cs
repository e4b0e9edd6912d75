namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// Keeps the write-ahead log short, although the writer copies little of it. Past a mark the log asks for a checkpoint,
/// which another thread makes. What was written during that checkpoint is little. The writer copies that part before
/// its next transaction, which then starts the log over. Only past a limit does the writer copy the whole log.
/// </summary>
/// <param name="size">The size of the log, in bytes.</param>
/// <param name="pageSize">The size of a page, in bytes.</param>
/// <param name="checkpoint">Asks for a checkpoint.</param>
internal sealed class WriteAheadLog(long size, long pageSize, Action checkpoint)
{
    /// <summary>
    /// The number of pages after which to ask for a checkpoint. It is early enough for the log to be started over
    /// before its end; beyond its end the log would grow.
    /// </summary>
    private readonly int _mark = (int)(size / pageSize / 2);

    private readonly int _limit = (int)Math.Min(int.MaxValue, 4 * size / pageSize);
    private int _start;
    private int _requested;
    private volatile bool _made;

    /// <summary>Called when the checkpoint that was asked for has been made or has failed.</summary>
    public void CheckpointMade() => _made = true;

    public void AfterTransaction(SqliteConnection connection)
    {
        var pages = connection.PagesWritten;
        if (pages - _start < _mark || _requested != 0)
            return;
        _requested = pages;
        checkpoint();
    }

    public void BeforeTransaction(SqliteConnection connection)
    {
        if (_requested == 0)
            return;
        var pages = connection.PagesWritten;
        var overLimit = pages - _start > _limit;
        if (!_made && !overLimit)
            return;
        var many = pages - _requested > _mark / 4;
        _made = false;
        _requested = 0;
        if (many && !overLimit)
        {
            // Too much was written during the checkpoint. Another checkpoint has less to copy, so less will be written
            // meanwhile.
            _requested = pages;
            checkpoint();
        }
        else if (IsCopied(connection))
        {
            _start = pages;
        }
        else
        {
            // A reader still uses a part of the log. Try again after some more pages.
            _start = Math.Max(_start, pages - _mark / 2);
        }
    }

    private static bool IsCopied(SqliteConnection connection)
    {
        try
        {
            return connection.Checkpoint();
        }
        catch (SqliteDatabaseException)
        {
            // The log still holds everything. If the disk is at fault, the next transaction fails.
            return false;
        }
    }
}
