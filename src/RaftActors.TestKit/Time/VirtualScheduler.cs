using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace RaftActors.TestKit.Time;

/// <summary>
/// The scheduler and the clock of one process: its world's timeline, but fast or slow by the drift of the process.
/// </summary>
internal sealed class VirtualScheduler : IScheduler, IAdvancedScheduler, IDisposable
{
    private volatile bool _stopped;

    public VirtualScheduler(Config config, ILoggingAdapter log) => _ = (config, log);

    /// <summary>The process; in a <see cref="VirtualHost"/> it changes.</summary>
    public VirtualProcess Process { get; set; } = VirtualProcess.Starting;

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => Process.WallClock;

    public TimeSpan MonotonicClock => Process.Clock;

    public TimeSpan HighResMonotonicClock => Process.Clock;

    /// <summary>Ends the scheduler. Nothing that was scheduled happens any more.</summary>
    public void Dispose() => _stopped = true;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        Once(delay, () => receiver.Tell(message, sender), null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender,
        ICancelable? cancelable) =>
        Once(delay, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message,
        IActorRef? sender) =>
        Repeatedly(initialDelay, interval, () => receiver.Tell(message, sender), null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message,
        IActorRef? sender, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => Once(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Once(delay, action, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        Repeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, action, cancelable);

    public void ScheduleOnce(TimeSpan delay, IRunnable action) => Once(delay, action.Run, null);

    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) =>
        Once(delay, action.Run, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) =>
        Repeatedly(initialDelay, interval, action.Run, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action,
        ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, action.Run, cancelable);

    private void Once(TimeSpan delay, Action action, ICancelable? cancelable) => Process.Schedule(delay, () =>
    {
        if (MayRun(cancelable))
            action();
    });

    private void Repeatedly(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Once(delay, () => Repeat(interval, action, cancelable), cancelable);

    private void Repeat(TimeSpan interval, Action action, ICancelable? cancelable)
    {
        action();
        Repeatedly(interval, interval, action, cancelable);
    }

    private bool MayRun(ICancelable? cancelable) => !_stopped && cancelable is not { IsCancellationRequested: true };
}
