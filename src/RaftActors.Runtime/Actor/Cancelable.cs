namespace Akka.Actor;

/// <summary>A switch that takes back what was scheduled with it.</summary>
public class Cancelable : ICancelable, IDisposable
{
    private readonly Lock _lock = new();
    private readonly IActionScheduler? _scheduler;
    private CancellationTokenSource? _source;
    private ScheduledWork? _scheduled;
    private bool _cancelled;
    private bool _disposed;

    public Cancelable(IActionScheduler scheduler) => _scheduler = scheduler;

    public Cancelable(IActionScheduler scheduler, TimeSpan delay) : this(scheduler) => CancelAfter(delay);

    public Cancelable(IScheduler scheduler) : this(scheduler.Advanced)
    {
    }

    public Cancelable(IScheduler scheduler, TimeSpan delay) : this(scheduler.Advanced, delay)
    {
    }

    public Cancelable(IScheduler scheduler, int millisecondsDelay) : this(scheduler.Advanced, TimeSpan.FromMilliseconds(millisecondsDelay))
    {
    }

    public bool IsCancellationRequested => Volatile.Read(ref _cancelled);

    public bool IsDisposed => _disposed;

    public CancellationToken Token
    {
        get
        {
            lock (_lock)
            {
                if (_source is null)
                {
                    _source = new CancellationTokenSource();
                    if (_cancelled)
                        _source.Cancel();
                }
                return _source.Token;
            }
        }
    }

    public static ICancelable CreateCanceled()
    {
        var cancelable = new Cancelable((IActionScheduler)null!);
        cancelable.Cancel();
        return cancelable;
    }

    /// <summary>Cancelled as soon as one of the others is.</summary>
    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params ICancelable[] cancelables) => CreateLinkedCancelable(scheduler.Advanced, cancelables);

    public static ICancelable CreateLinkedCancelable(IActionScheduler scheduler, params ICancelable[] cancelables)
    {
        var linked = new Cancelable(scheduler);
        foreach (var cancelable in cancelables)
            cancelable.Token.Register(linked.Cancel);
        return linked;
    }

    public void Cancel() => Cancel(throwOnFirstException: false);

    public void Cancel(bool throwOnFirstException)
    {
        ScheduledWork? scheduled;
        CancellationTokenSource? source;
        lock (_lock)
        {
            if (_cancelled)
                return;
            ObjectDisposedException.ThrowIf(_disposed, this);
            _cancelled = true;
            scheduled = _scheduled;
            _scheduled = null;
            source = _source;
        }
        for (; scheduled is not null; scheduled = scheduled.NextOfCancelable)
            scheduled.Remove();
        source?.Cancel(throwOnFirstException);
    }

    public void CancelAfter(TimeSpan delay)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        (_scheduler ?? throw new InvalidOperationException("This cancelable has no scheduler")).ScheduleOnce(delay, Cancel, this);
    }

    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _disposed = true;
            _source?.Dispose();
        }
    }

    /// <summary>Cancelling takes the work out of its timer, rather than leave it to be found void when its time comes. False if it is void already.</summary>
    internal bool Add(ScheduledWork work)
    {
        lock (_lock)
        {
            if (_cancelled)
                return false;
            work.NextOfCancelable = _scheduled;
            _scheduled = work;
            return true;
        }
    }

    /// <summary>The work was done and will not be again.</summary>
    internal void Forget(ScheduledWork work)
    {
        lock (_lock)
        {
            if (_scheduled == work)
            {
                _scheduled = work.NextOfCancelable;
                return;
            }
            for (var other = _scheduled; other is not null; other = other.NextOfCancelable)
            {
                if (other.NextOfCancelable == work)
                {
                    other.NextOfCancelable = work.NextOfCancelable;
                    return;
                }
            }
        }
    }
}
