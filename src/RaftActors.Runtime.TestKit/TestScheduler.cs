using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>
/// A clock that stands still until the spec advances it: <c>akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"</c>.
/// What becomes due fires on the advancing thread, before <see cref="Advance"/> returns, in the order of the due times and then of scheduling.
/// The clock shows the time advanced to all along, so what is scheduled meanwhile waits for the next advance, and something repeated fires at
/// most once an advance, its next time an interval after the time advanced to.
/// </summary>
public class TestScheduler : IScheduler, IAdvancedScheduler
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Entry, (long Due, long Order)> _entries = new();
    private readonly long _start;
    private long _now;
    private long _scheduled;

    public TestScheduler(Config schedulerConfig, ILoggingAdapter log) => _start = _now = DateTimeOffset.UtcNow.UtcTicks;

    public DateTimeOffset Now => new(Volatile.Read(ref _now), TimeSpan.Zero);

    public TimeSpan MonotonicClock => TimeSpan.FromTicks(Volatile.Read(ref _now) - _start);

    public TimeSpan HighResMonotonicClock => MonotonicClock;

    public IAdvancedScheduler Advanced => this;

    protected DateTimeOffset TimeNow => Now;

    public void Advance(TimeSpan offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, TimeSpan.Zero);
        var due = new Queue<Entry>();
        lock (_lock)
        {
            _now += offset.Ticks;
            while (_entries.TryPeek(out var entry, out var at) && at.Due <= _now)
            {
                due.Enqueue(entry);
                _entries.Dequeue();
            }
        }

        try
        {
            while (due.TryDequeue(out var entry))
                Fire(entry);
        }
        finally
        {
            // Only after a failed action: the others stay due.
            while (due.TryDequeue(out var entry))
                Schedule(TimeSpan.Zero, entry);
        }
    }

    public void AdvanceTo(DateTimeOffset when)
    {
        if (when < Now)
            throw new InvalidOperationException("You can't reverse time...");
        Advance(when - Now);
    }

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Schedule(delay, new Entry(() => receiver.Tell(message, sender), null, cancelable));

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Schedule(initialDelay, new Entry(() => receiver.Tell(message, sender), interval, cancelable));

    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Schedule(delay, new Entry(action, null, cancelable));

    public void ScheduleOnce(TimeSpan delay, IRunnable action) => ScheduleOnce(delay, action.Run, null);

    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) => ScheduleOnce(delay, action.Run, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Schedule(initialDelay, new Entry(action, interval, cancelable));

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) =>
        ScheduleRepeatedly(initialDelay, interval, action.Run, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        ScheduleRepeatedly(initialDelay, interval, action.Run, cancelable);

    private void Fire(Entry entry)
    {
        if (entry.IsCancelled)
            return;
        entry.Action();
        if (entry is { Interval: { } interval, IsCancelled: false })
            Schedule(interval, entry);
    }

    private void Schedule(TimeSpan delay, Entry entry)
    {
        lock (_lock)
            _entries.Enqueue(entry, (_now + delay.Ticks, _scheduled++));
    }

    private sealed record Entry(Action Action, TimeSpan? Interval, ICancelable? Cancelable)
    {
        public bool IsCancelled => Cancelable is { IsCancellationRequested: true };
    }
}
