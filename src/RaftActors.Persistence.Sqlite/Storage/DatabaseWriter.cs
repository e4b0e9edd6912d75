using System.Diagnostics;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// The one writer of a database. Everything that was queued during one transaction goes into the next one, whichever
/// actors queued it. One flush to disk makes all of it durable.
/// </summary>
internal sealed class DatabaseWriter
{
    /// <summary>
    /// The size in bytes after which the rest of the queue waits for the next transaction, so that small writes do not
    /// wait for many large ones.
    /// </summary>
    private const int LargestTransaction = 4 << 20;

    private readonly SqliteConnection _connection;
    private readonly WriteStatements _statements;
    private readonly WriteAheadLog _log;
    private readonly IWriterThread _thread;
    private readonly object _gate = new();
    private readonly List<DatabaseWork> _transaction = [];
    private Queue<DatabaseWork> _queued = new();
    private Queue<DatabaseWork> _taken = new();
    private bool _running;
    private bool _closed;

    public DatabaseWriter(SqliteConnection connection, WriteAheadLog log, Func<Action, IWriterThread> threads)
    {
        _connection = connection;
        _statements = new WriteStatements(connection);
        _log = log;
        _thread = threads(Run);
    }

    /// <summary>The number of transactions begun.</summary>
    public long Transactions => _statements.Transactions;

    public void Write(DatabaseWork work)
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
            work.Report(new SqliteDatabaseException(
                _connection.Path, SqliteFault.Closed, $"The database {_connection.Path} is closed"));
    }

    /// <summary>
    /// Starts a read when the earlier writes that concern a persistence id have ended, including those that were
    /// reported as overdue. The read does not wait for other writes.
    /// </summary>
    public void ReadAfterWritesOf(string persistenceId, PendingRead read)
    {
        lock (_gate)
        {
            foreach (var work in _transaction.Concat(_taken).Concat(_queued))
            {
                if (!work.Concerns(persistenceId))
                    continue;
                (work.Readers ??= []).Add(read);
                read.Waiting++;
            }
            if (read.Waiting > 0)
                return;
        }
        read.Report(null);
    }

    /// <summary>
    /// Reports as failed what was queued before a time. A write is not taken back: it may still be done, and reads wait
    /// for it.
    /// </summary>
    public void ReportOverdue(QueueTime queuedBefore, Exception failure)
    {
        List<DatabaseWork>? writes = null;
        HashSet<PendingRead>? reads = null;
        lock (_gate)
        {
            foreach (var work in _transaction.Concat(_taken).Concat(_queued))
            {
                if (work.Queued.IsBefore(queuedBefore) && work.Writes)
                    (writes ??= []).Add(work);
                foreach (var read in work.Readers ?? [])
                {
                    if (read.Queued.IsBefore(queuedBefore))
                        (reads ??= []).Add(read);
                }
            }
        }
        writes?.ForEach(work => work.Report(failure));
        foreach (var read in reads ?? [])
            read.Report(failure);
    }

    /// <summary>Writes what is queued and closes the connection. Later work fails.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        _thread.Stop();
        Run();
        _connection.Dispose();
    }

    /// <summary>
    /// Writes until nothing is queued. Only the writer's thread may call this method, or <see cref="Close"/> once that
    /// thread has stopped.
    /// </summary>
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
            EndTransaction();
        }
    }

    private void WriteTogether()
    {
        var failure = Try(0, _transaction.Count);
        if (failure is null)
            return;
        // After an input or output error, the state of the disk is unknown, so do not try again. Any other failure may
        // be the fault of one work, so try each alone.
        if (_transaction.Count == 1 || failure is SqliteDatabaseException
            { Fault: SqliteFault.InputOutput or SqliteFault.Damaged or SqliteFault.Foreign or SqliteFault.Locked })
        {
            _transaction.ForEach(work => work.Report(failure));
            return;
        }
        for (var i = 0; i < _transaction.Count; i++)
        {
            if (Try(i, 1) is { } own)
                _transaction[i].Report(own);
        }
    }

    /// <summary>
    /// Executes some of the works in one transaction. They are reported only if the transaction succeeds.
    /// </summary>
    private Exception? Try(int start, int count)
    {
        try
        {
            _statements.Begin();
            for (var i = start; i < start + count; i++)
                _transaction[i].IsUnfinished = !_transaction[i].Execute(_statements);
            long begun = Stopwatch.GetTimestamp();
            _statements.Commit();
            SqliteMetrics.CommitTime.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            SqliteMetrics.TransactionWrites.Record(count);
        }
        catch (Exception e)
        {
            _statements.Rollback();
            for (var i = start; i < start + count; i++)
                _transaction[i].IsUnfinished = false;
            return e;
        }
        for (var i = start; i < start + count; i++)
        {
            if (!_transaction[i].IsUnfinished)
                _transaction[i].Report(null);
        }
        _log.AfterTransaction(_connection);
        return null;
    }

    private void EndTransaction()
    {
        List<PendingRead>? ready = null;
        lock (_gate)
        {
            foreach (var work in _transaction)
            {
                if (work.IsUnfinished)
                {
                    _queued.Enqueue(work);
                    continue;
                }
                foreach (var read in work.Readers ?? [])
                {
                    if (--read.Waiting == 0)
                        (ready ??= []).Add(read);
                }
            }
            // Each work holds what was written and who asked for it, and the next transaction may be a long time off.
            _transaction.Clear();
        }
        ready?.ForEach(read => read.Report(null));
    }
}
