using System.Diagnostics;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The scheduler of real time: a <see cref="TimerWheel"/> of one-millisecond ticks and one thread, which sleeps until something is due.</summary>
internal sealed class HashedWheelTimerScheduler : IScheduler, IAdvancedScheduler, IDisposable
{
    private readonly ILoggingAdapter _log;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly object _alarm = new();
    private readonly TimerWheel _wheel = new();
    private readonly Thread _thread;
    private readonly List<ScheduledWork> _due = [];
    private long _sleepingUntil = long.MaxValue;
    private bool _stopped;

    public HashedWheelTimerScheduler(Config scheduler, ILoggingAdapter log)
    {
        _log = log;
        _thread = new Thread(Work) { Name = "scheduler", IsBackground = true };
        _thread.Start();
    }

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => DateTimeOffset.UtcNow;

    public TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(0);

    public TimeSpan HighResMonotonicClock => MonotonicClock;

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) => ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Start(delay, new ScheduledTell(_wheel, TimeSpan.Zero, cancelable, receiver, message, sender));

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Start(initialDelay, new ScheduledTell(_wheel, Checked(interval), cancelable, receiver, message, sender));

    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Start(delay, new ScheduledAction(_wheel, TimeSpan.Zero, cancelable, action));

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Start(initialDelay, new ScheduledAction(_wheel, Checked(interval), cancelable, action));

    public void ScheduleOnce(TimeSpan delay, IRunnable action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) => Start(delay, new ScheduledRunnable(_wheel, TimeSpan.Zero, cancelable, action));

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Start(initialDelay, new ScheduledRunnable(_wheel, Checked(interval), cancelable, action));

    public void Dispose()
    {
        lock (_alarm)
        {
            _stopped = true;
            Monitor.Pulse(_alarm);
        }
    }

    private static TimeSpan Checked(TimeSpan interval) =>
        interval > TimeSpan.Zero ? interval : throw new ArgumentOutOfRangeException(nameof(interval), interval, "The interval must be greater than 0");

    /// <summary>The tick that is at or after this time: nothing goes off early.</summary>
    private static long TickOf(TimeSpan time) => (time.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    private void Start(TimeSpan delay, ScheduledWork work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (Volatile.Read(ref _stopped))
            throw new SchedulerException("The scheduler has been shut down");
        switch (work.Cancelable)
        {
            case Cancelable own when !own.Add(work):
            case { IsCancellationRequested: true }:
                return;
        }
        Place(work, TickOf(Elapsed + delay));
    }

    private void Place(ScheduledWork work, long deadline)
    {
        lock (_wheel.Sync)
        {
            if (work.Removed)
                return;
            _wheel.Add(work, deadline);
            deadline = work.Deadline;
        }
        if (deadline >= Volatile.Read(ref _sleepingUntil))
            return;
        lock (_alarm)
        {
            if (deadline < _sleepingUntil)
                Monitor.Pulse(_alarm);
        }
    }

    private void Work()
    {
        while (true)
        {
            if (!Sleep())
                return;
            TakeDue();
            foreach (var work in _due)
                Do(work);
            _due.Clear();
        }
    }

    /// <summary>Until something is due, or something new may be. False when the scheduler was stopped.</summary>
    private bool Sleep()
    {
        lock (_alarm)
        {
            if (_stopped)
                return false;
            // From here on whoever adds something due earlier wakes this thread; what was added before is seen by NextTick.
            Interlocked.Exchange(ref _sleepingUntil, long.MaxValue);
            long? next;
            lock (_wheel.Sync)
                next = _wheel.NextTick();
            if (next is not { } tick)
            {
                Monitor.Wait(_alarm);
            }
            else
            {
                Interlocked.Exchange(ref _sleepingUntil, tick);
                var left = TimeSpan.FromMilliseconds(tick) - Elapsed;
                if (left > TimeSpan.Zero)
                    Monitor.Wait(_alarm, (int)Math.Min(int.MaxValue, Math.Ceiling(left.TotalMilliseconds)));
            }
            Interlocked.Exchange(ref _sleepingUntil, long.MinValue);
            return !_stopped;
        }
    }

    private void TakeDue()
    {
        var now = Elapsed.Ticks / TimeSpan.TicksPerMillisecond;
        lock (_wheel.Sync)
        {
            while (_wheel.NextTick() is { } tick && tick <= now)
                _wheel.Advance(tick, _due);
            _wheel.Skip(now);
        }
    }

    private void Do(ScheduledWork work)
    {
        if (work.Removed || work.Cancelable is { IsCancellationRequested: true })
            return;
        try
        {
            work.Do();
        }
        catch (Exception e)
        {
            _log.Error(e, "A scheduled action failed");
        }
        if (work.Interval > TimeSpan.Zero)
        {
            // What was missed while the process stood still is not made up for.
            Place(work, Math.Max(work.Deadline + Math.Max(1, (long)work.Interval.TotalMilliseconds), Elapsed.Ticks / TimeSpan.TicksPerMillisecond));
        }
        else
        {
            (work.Cancelable as Cancelable)?.Forget(work);
        }
    }
}
