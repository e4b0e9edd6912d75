namespace RaftActors.Persistence.Sqlite.Storage;

internal sealed class WriterThread : IWriterThread
{
    private readonly Thread _thread;
    private readonly Action _run;
    private readonly object _gate = new();
    private bool _woken;
    private bool _stopped;

    public WriterThread(string name, Action run)
    {
        _run = run;
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public void Wake()
    {
        lock (_gate)
        {
            if (_woken)
                return;
            _woken = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    private void Loop()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_woken && !_stopped)
                    Monitor.Wait(_gate);
                if (_stopped)
                    return;
                _woken = false;
            }
            _run();
        }
    }
}
