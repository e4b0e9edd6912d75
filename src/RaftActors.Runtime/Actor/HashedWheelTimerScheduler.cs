using System.Diagnostics;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// The scheduler of real time: a <see cref="TimerWheel"/> of one-millisecond ticks and one thread, which sleeps until something is due. What is still pending when it is disposed of goes off
/// then, once, as in Akka.NET: somebody may wait for it. Something repeated that fails is not repeated further.
/// </summary>
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
    private bool _ended;

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
            throw Stopped();
        switch (work.Cancelable)
        {
            case Cancelable own when !own.Add(work):
            case { IsCancellationRequested: true }:
                return;
        }
        if (!TryPlace(work, TickOf(Elapsed + delay)))
            throw Stopped();
    }

    private static SchedulerException Stopped() => new("The scheduler has been shut down");

    /// <summary>False when nothing goes off any more.</summary>
    private bool TryPlace(ScheduledWork work, long deadline)
    {
        lock (_wheel.Sync)
        {
            if (_ended)
                return false;
            if (work.Removed)
                return true;
            _wheel.Add(work, deadline);
            deadline = work.Deadline;
        }
        if (deadline >= Volatile.Read(ref _sleepingUntil))
            return true;
        lock (_alarm)
        {
            if (deadline < _sleepingUntil)
                Monitor.Pulse(_alarm);
        }
        return true;
    }

    private void Work()
    {
        while (Sleep())
        {
            TakeDue();
            foreach (var work in _due)
            {
                if (TryDo(work) && work.Interval > TimeSpan.Zero)
                    Repeat(work);
                else
                    (work.Cancelable as Cancelable)?.Forget(work);
            }
            _due.Clear();
        }
        TakeRest();
        foreach (var work in _due)
            TryDo(work);
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

    private void TakeRest()
    {
        lock (_wheel.Sync)
        {
            _ended = true;
            _wheel.TakeAll(_due);
        }
    }

    /// <summary>False if it was cancelled, or failed.</summary>
    private bool TryDo(ScheduledWork work)
    {
        if (work.Removed || work.Cancelable is { IsCancellationRequested: true })
            return false;
        try
        {
            work.Do();
            return true;
        }
        catch (SchedulerException) when (Volatile.Read(ref _stopped))
        {
            // It would have scheduled something further.
            return false;
        }
        catch (Exception e)
        {
            _log.Error(e, work.Interval > TimeSpan.Zero ? "A scheduled action failed and is not repeated" : "A scheduled action failed");
            return false;
        }
    }

    // What was missed while the process stood still is not made up for.
    private void Repeat(ScheduledWork work) => TryPlace(work, Math.Max(work.Deadline + TickOf(work.Interval), Elapsed.Ticks / TimeSpan.TicksPerMillisecond));
}
