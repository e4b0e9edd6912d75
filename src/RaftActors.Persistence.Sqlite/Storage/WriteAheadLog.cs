namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// Keeps the write-ahead log short without the writer copying it. Past a mark it asks for a checkpoint, which another
/// thread makes. What was written meanwhile is little: the writer copies that before its next transaction, which then
/// starts the log over. Only past a limit does the writer copy all of it.
/// </summary>
/// <param name="size">How large the log is, in bytes.</param>
/// <param name="pageSize">How large a page is, in bytes.</param>
/// <param name="checkpoint">Asks for a checkpoint.</param>
internal sealed class WriteAheadLog(long size, long pageSize, Action checkpoint)
{
    /// <summary>Early enough for the log to be started over before its end, beyond which it would grow.</summary>
    private readonly int _mark = (int)(size / pageSize / 2);

    private readonly int _limit = (int)Math.Min(int.MaxValue, 4 * size / pageSize);
    private int _start;
    private int _requested;
    private volatile bool _made;

    /// <summary>Called when the checkpoint that was asked for has been made, or could not be.</summary>
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
            // Too much came in during the checkpoint: another one has less to do, and after it less will be left.
            _requested = pages;
            checkpoint();
        }
        else if (IsCopied(connection))
        {
            _start = pages;
        }
        else
        {
            // A reader holds on to a part of the log: try again after some more.
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
            // The log still holds everything. If the disk is at fault, the transaction that follows says so.
            return false;
        }
    }
}
