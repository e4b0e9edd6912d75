namespace Akka.Actor;

/// <summary>What a timer tells its actor: the actor's own message, with what it takes to know that the timer still counts.</summary>
internal sealed class TimerMessage(object key, object message, bool repeats) : IWrappedMessage, INoSerializationVerificationNeeded
{
    public object Key { get; } = key;

    public object Message { get; } = message;

    public bool Repeats { get; } = repeats;

    public override string ToString() => $"Timer {Key}: {Message}";
}

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, (TimerMessage Message, ICancelable Task)> _timers = [];

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => StartPeriodicTimer(key, msg, interval, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef? sender) => StartPeriodicTimer(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => StartPeriodicTimer(key, msg, initialDelay, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef? sender)
    {
        Cancel(key);
        var message = new TimerMessage(key, msg, repeats: true);
        _timers[key] = (message, cell.System.Scheduler.ScheduleTellRepeatedlyCancelable(initialDelay, interval, cell.Self, message, sender));
    }

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => StartSingleTimer(key, msg, timeout, null);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef? sender)
    {
        Cancel(key);
        var message = new TimerMessage(key, msg, repeats: false);
        _timers[key] = (message, cell.System.Scheduler.ScheduleTellOnceCancelable(timeout, cell.Self, message, sender));
    }

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
            timer.Task.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values)
            timer.Task.Cancel();
        _timers.Clear();
    }

    /// <summary>True if this is the message of the timer that is active under its key, not of one that was cancelled or replaced while it waited in the mailbox.</summary>
    public bool TryAccept(TimerMessage message)
    {
        if (!_timers.TryGetValue(message.Key, out var timer) || !ReferenceEquals(timer.Message, message))
            return false;
        if (!message.Repeats)
            _timers.Remove(message.Key);
        return true;
    }
}
