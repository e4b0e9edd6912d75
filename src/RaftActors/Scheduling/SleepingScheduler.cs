using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace RaftActors.Scheduling;

/// <summary>
/// A scheduler for Akka.NET with a thread of its own, which sleeps until something is due. Akka.NET's default scheduler
/// wakes a thread of the pool every 10 ms, whether anything is due or not, and is late when the pool is busy.
/// <c>akka.scheduler.implementation</c> names this class.
/// </summary>
/// <remarks>
/// Nothing fires early. What is due at the same time fires in the order in which it was scheduled. A repeated timer
/// does not make up for rounds that it missed while the process stood still. What is pending when the scheduler is
/// disposed of fires then, once, as with Akka.NET's default, because code may wait for it. Cancelled work is removed
/// before it takes more room than the work that is still to be done. Otherwise a timer of ten seconds that is restarted
/// for each message would keep all these messages for ten seconds. It is also removed from time to time, because actors
/// that have ended would stay in memory for as long as their longest timers.
/// </remarks>
internal sealed class SleepingScheduler : SchedulerBase, IDisposable
{
    private const int SmallestSweep = 256;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _alarm = new(false);
    private readonly PriorityQueue<Work, (TimeSpan Due, long Number)> _pending = new();
    private readonly Thread _thread;
    private TimeSpan _sleepsUntil = TimeSpan.MinValue;
    private long _numbers;
    private int _sweepAt = SmallestSweep;
    private TimeSpan _swept;
    private bool _isStopped;

    /// <summary>Akka.NET calls this constructor.</summary>
    /// <param name="config">The section of the configuration.</param>
    /// <param name="log">The log for failures.</param>
    public SleepingScheduler(Config config, ILoggingAdapter log)
        : base(config, log)
    {
        _thread = new Thread(Run) { Name = "scheduler", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _isStopped = true;
        _alarm.Set();
        var patience = SchedulerConfig.GetTimeSpan("akka.scheduler.shutdown-timeout", TimeSpan.FromSeconds(5));
        if (Thread.CurrentThread != _thread && !_thread.Join(patience))
            Log.Warning("The scheduler has not ended within {0} s.", patience.TotalSeconds);
    }

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, TimeSpan.Zero, new Telling(receiver, message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender,
        ICancelable cancelable) =>
        Add(initialDelay, interval, new Telling(receiver, message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(delay, TimeSpan.Zero, new ActionRunnable(action), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(delay, TimeSpan.Zero, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, interval, new ActionRunnable(action), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(initialDelay, interval, action, cancelable);

    private void Add(TimeSpan delay, TimeSpan interval, IRunnable action, ICancelable? cancelable)
    {
        if (!TryAdd(new Work(action, interval, cancelable), MonotonicClock + delay))
            throw new SchedulerException("The scheduler has been shut down.");
    }

    private bool TryAdd(Work work, TimeSpan due)
    {
        bool wake;
        lock (_gate)
        {
            if (_isStopped)
                return false;
            if (_pending.Count >= _sweepAt)
                ForgetCancelled();
            _pending.Enqueue(work, (due, _numbers++));
            wake = due < _sleepsUntil;
        }
        if (wake)
            _alarm.Set();
        return true;
    }

    private void ForgetCancelledFromTimeToTime()
    {
        var now = MonotonicClock;
        if (_pending.Count < SmallestSweep || now - _swept < SweepInterval)
            return;
        _swept = now;
        if (_pending.UnorderedItems.Count(static item => item.Element.IsCancelled) > _pending.Count / 8)
            ForgetCancelled();
    }

    private void ForgetCancelled()
    {
        var left = _pending.UnorderedItems.Where(static item => !item.Element.IsCancelled).ToArray();
        _pending.Clear();
        _pending.EnqueueRange(left);
        _sweepAt = Math.Max(SmallestSweep, 2 * left.Length);
        _pending.TrimExcess();
    }

    private void Run()
    {
        while (Next() is { } work)
        {
            if (TryDo(work) && work.Interval > TimeSpan.Zero)
                TryAdd(work, Later(work.Due + work.Interval, MonotonicClock));
        }
        while (_pending.TryDequeue(out var left, out _))
            TryDo(left);
    }

    /// <summary>Sleeps until something is due. Returns <c>null</c> if the scheduler was stopped.</summary>
    private Work? Next()
    {
        while (true)
        {
            TimeSpan sleep;
            lock (_gate)
            {
                // While this thread is awake, other threads need not wake it.
                _sleepsUntil = TimeSpan.MinValue;
                if (_isStopped)
                    return null;
                ForgetCancelledFromTimeToTime();
                sleep = Timeout.InfiniteTimeSpan;
                if (_pending.TryPeek(out var work, out var place))
                {
                    sleep = place.Due - MonotonicClock;
                    if (sleep <= TimeSpan.Zero)
                    {
                        work.Due = place.Due;
                        return _pending.Dequeue();
                    }
                }
                _sleepsUntil = sleep == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : place.Due;
            }
            // The wait has steps of a millisecond, so round up: it must not end early.
            _alarm.WaitOne(sleep == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(int.MaxValue,
                Math.Ceiling(sleep.TotalMilliseconds)));
        }
    }

    /// <summary>Returns <c>false</c> if the work was cancelled or failed.</summary>
    private bool TryDo(Work work)
    {
        if (work.IsCancelled)
            return false;
        try
        {
            work.Action.Run();
            return true;
        }
        catch (Exception problem)
        {
            Log.Error(problem, "What was scheduled failed{0}",
                work.Interval > TimeSpan.Zero ? " and is not repeated." : ".");
            return false;
        }
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class Work(IRunnable action, TimeSpan interval, ICancelable? cancelable)
    {
        public IRunnable Action { get; } = action;

        public TimeSpan Interval { get; } = interval;

        public bool IsCancelled => cancelable is { IsCancellationRequested: true };

        public TimeSpan Due { get; set; }
    }

    private sealed class Telling(ICanTell receiver, object message, IActorRef? sender) : IRunnable
    {
        public void Run() => receiver.Tell(message, sender);

        public void Execute() => Run();
    }
}
