using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Something to be done at a time: a link of one of the lists of a <see cref="TimerWheel"/>.</summary>
internal abstract class ScheduledWork(TimerWheel wheel, TimeSpan interval, ICancelable? cancelable)
{
    internal ScheduledWork? Previous;
    internal ScheduledWork? Next;
    internal ScheduledWork? NextOfCancelable;

    /// <summary>The list that this is in, or -1.</summary>
    internal int Slot = -1;

    /// <summary>The tick at which it is due.</summary>
    internal long Deadline;

    internal bool Removed;

    /// <summary>Zero for something to be done once.</summary>
    public TimeSpan Interval { get; } = interval;

    public ICancelable? Cancelable { get; } = cancelable;

    public abstract void Do();

    public void Remove() => wheel.Remove(this);
}

internal sealed class ScheduledTell(TimerWheel wheel, TimeSpan interval, ICancelable? cancelable, ICanTell receiver, object message, IActorRef? sender) : ScheduledWork(wheel, interval, cancelable)
{
    public override void Do() => receiver.Tell(message, sender);
}

internal sealed class ScheduledAction(TimerWheel wheel, TimeSpan interval, ICancelable? cancelable, Action action) : ScheduledWork(wheel, interval, cancelable)
{
    public override void Do() => action();
}

internal sealed class ScheduledRunnable(TimerWheel wheel, TimeSpan interval, ICancelable? cancelable, IRunnable runnable) : ScheduledWork(wheel, interval, cancelable)
{
    public override void Do() => runnable.Run();
}
