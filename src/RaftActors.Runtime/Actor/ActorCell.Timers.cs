using System.Diagnostics.CodeAnalysis;

namespace Akka.Actor;

// The receive timeout, and the actor's own timers.
internal sealed partial class ActorCell
{
    private TimerScheduler? _timers;
    private TimeSpan? _receiveTimeout;
    private ICancelable? _pendingReceiveTimeout;

    public TimeSpan? ReceiveTimeout => _receiveTimeout;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout <= TimeSpan.Zero)
            throw new ArgumentException($"{nameof(timeout)} must be null or greater than 0", nameof(timeout));
        _receiveTimeout = timeout;
    }

    internal void CancelTimers() => _timers?.CancelAll();

    /// <summary>False for the message of a timer that was cancelled or replaced after it went off, or belongs to an earlier incarnation.</summary>
    internal bool TryUnwrap(TimerMessage timer, [NotNullWhen(true)] out object? message)
    {
        if (_timers is null || !_timers.TryAccept(timer))
        {
            message = null;
            return false;
        }
        message = timer.Message;
        if (message is IAutoReceivedMessage)
        {
            AutoReceive(message);
            return false;
        }
        _currentMessage = message;
        return true;
    }

    private void HandleWithinReceiveTimeout(object message)
    {
        var influences = WrappedTimer(message) is not INotInfluenceReceiveTimeout;
        if (influences)
            CancelReceiveTimeout();
        try
        {
            Handle(message);
        }
        finally
        {
            CheckReceiveTimeout(influences);
        }
    }

    private static object WrappedTimer(object message) => message is TimerMessage timer ? timer.Message : message;

    /// <param name="reschedule">The time starts afresh; otherwise only a missing timer is started.</param>
    private void CheckReceiveTimeout(bool reschedule = true)
    {
        if (_receiveTimeout is not { } timeout || _terminated)
        {
            CancelReceiveTimeout();
        }
        else if (reschedule || _pendingReceiveTimeout is null)
        {
            CancelReceiveTimeout();
            _pendingReceiveTimeout = SystemImpl.Scheduler.ScheduleTellOnceCancelable(timeout, _self, Akka.Actor.ReceiveTimeout.Instance, _self);
        }
    }

    private void CancelReceiveTimeout()
    {
        _pendingReceiveTimeout?.Cancel();
        _pendingReceiveTimeout = null;
    }
}
