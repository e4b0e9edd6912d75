using SQLitePCL;

namespace Akka.Persistence.Sql;

/// <summary>
/// The one writer of a database. Whatever was queued while it was busy, by whichever actors, goes into one transaction: one flush to disk makes all of it durable.
/// </summary>
internal sealed class SqlWriter
{
    /// <summary>Beyond this the rest waits for the next transaction, so that small writes do not wait long for large ones.</summary>
    private const int LargestTransaction = 4 << 20;

    private readonly SqliteConnection _connection;
    private readonly SqlWriteStatements _statements;
    private readonly SqlLog _log;
    private readonly ISqlWriterThread _thread;
    private readonly object _gate = new();
    private Queue<SqlWork> _queued = new();
    private Queue<SqlWork> _taken = new();
    private readonly List<SqlWork> _transaction = [];
    private bool _running;
    private bool _closed;

    public SqlWriter(SqliteConnection connection, SqlLog log, Func<Action, ISqlWriterThread> threads)
    {
        _connection = connection;
        _statements = new SqlWriteStatements(connection);
        _log = log;
        _thread = threads(Run);
    }

    public void Write(SqlWork work)
    {
        bool closed, wake;
        lock (_gate)
        {
            closed = _closed;
            wake = !closed && !_running && _queued.Count == 0;
            if (!closed)
                _queued.Enqueue(work);
        }
        if (wake)
            _thread.Wake();
        else if (closed)
            work.Report(new SqlException($"The database {_connection.Path} is closed"));
    }

    /// <summary>Reports work that was queued before a time as failed. It is not taken back: it may still be written, and what reads waits for it.</summary>
    public void ReportOverdue(TimeSpan queuedBefore, Exception failure)
    {
        List<SqlWork>? overdue = null;
        lock (_gate)
        {
            foreach (var work in _transaction.Concat(_taken).Concat(_queued))
            {
                if (work.QueuedAt < queuedBefore && work.Writes)
                    (overdue ??= []).Add(work);
            }
        }
        overdue?.ForEach(work => work.Report(failure));
    }

    /// <summary>Writes what is queued and closes the connection; later work fails.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        _thread.Stop();
        Run();
        _connection.Dispose();
    }

    /// <summary>Writes until nothing is queued. The thread calls it; nothing else may meanwhile.</summary>
    private void Run()
    {
        while (Take())
        {
            _log.BeforeTransaction(_connection);
            while (_taken.Count > 0)
                WriteTransaction();
        }
    }

    private bool Take()
    {
        lock (_gate)
        {
            (_taken, _queued) = (_queued, _taken);
            return _running = _taken.Count > 0;
        }
    }

    private void WriteTransaction()
    {
        var writes = false;
        var size = 0;
        lock (_gate)
        {
            while (size < LargestTransaction && _taken.TryDequeue(out var work))
            {
                _transaction.Add(work);
                writes |= work.Writes;
                size += work.Size;
            }
        }
        try
        {
            if (writes)
                WriteTogether();
            else
                _transaction.ForEach(work => work.Report(null));
        }
        finally
        {
            // Each holds what was written and who asked for it, and the next transaction may be a long time off.
            lock (_gate)
                _transaction.Clear();
        }
    }

    private void WriteTogether()
    {
        var failure = Try(_transaction, 0, _transaction.Count);
        if (failure is null)
            return;
        // After an input or output error nothing is known about the disk, and trying again would be guessing. Anything else may be the fault of one of them.
        if (_transaction.Count == 1 || failure is SqlException { Code: raw.SQLITE_IOERR or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_BUSY })
        {
            _transaction.ForEach(work => work.Report(failure));
            return;
        }
        for (var i = 0; i < _transaction.Count; i++)
        {
            if (Try(_transaction, i, 1) is { } own)
                _transaction[i].Report(own);
        }
    }

    /// <summary>One transaction; its works are reported only if it succeeds.</summary>
    private Exception? Try(List<SqlWork> works, int start, int count)
    {
        List<SqlWork>? unfinished = null;
        try
        {
            _statements.Begin();
            for (var i = start; i < start + count; i++)
            {
                if (!works[i].Execute(_statements))
                    (unfinished ??= []).Add(works[i]);
            }
            _statements.Commit();
        }
        catch (Exception e)
        {
            _statements.Rollback();
            return e;
        }
        for (var i = start; i < start + count; i++)
        {
            if (unfinished is null || !unfinished.Contains(works[i]))
                works[i].Report(null);
        }
        if (unfinished is not null)
            QueueAgain(unfinished);
        _log.AfterTransaction(_connection);
        return null;
    }

    private void QueueAgain(List<SqlWork> unfinished)
    {
        lock (_gate)
        {
            foreach (var work in unfinished)
                _queued.Enqueue(work);
        }
    }
}
