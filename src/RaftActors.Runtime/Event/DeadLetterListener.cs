using Akka.Actor;

namespace Akka.Event;

/// <summary>Logs dead letters, up to a configured number and then again after a while.</summary>
public class DeadLetterListener : ActorBase
{
    private readonly EventStream _eventStream = Context.System.EventStream;
    private readonly Settings _settings = Context.System.Settings;
    private readonly IScheduler _scheduler = Context.System.Scheduler;
    private readonly int _limit;
    private int _count;
    private TimeSpan? _suspendedAt;
    private volatile bool _silent;

    public DeadLetterListener()
    {
        _limit = _settings.LogDeadLetters;
        _eventStream.Listening(this);
    }

    internal void Silence() => _silent = true;

    protected override void PreStart()
    {
        _eventStream.Subscribe(Self, typeof(DeadLetter));
        _eventStream.Subscribe(Self, typeof(Dropped));
        _eventStream.Subscribe(Self, typeof(UnhandledMessage));
    }

    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void PostRestart(Exception reason)
    {
    }

    protected override void PostStop() => _eventStream.Unsubscribe(Self);

    protected override bool Receive(object message)
    {
        if (message is not AllDeadLetters letter)
            return false;
        if (_silent || letter.Message is IDeadLetterSuppression || WrappedMessage.Unwrap(letter.Message) is IDeadLetterSuppression)
            return true;
        if (_suspendedAt is { } since && !MayLogAgain(since))
            return true;
        _count++;
        var last = _count >= _limit && _limit != int.MaxValue;
        Log(letter, last);
        if (last)
        {
            _suspendedAt = _scheduler.MonotonicClock;
            _count = 0;
        }
        return true;
    }

    private bool MayLogAgain(TimeSpan since)
    {
        if (_settings.LogDeadLettersSuspendDuration == Timeout.InfiniteTimeSpan || _scheduler.MonotonicClock - since < _settings.LogDeadLettersSuspendDuration)
            return false;
        _suspendedAt = null;
        return true;
    }

    private void Log(AllDeadLetters letter, bool last)
    {
        var inner = WrappedMessage.Unwrap(letter.Message);
        var what = letter switch
        {
            Dropped dropped => $"was dropped. {dropped.Reason}",
            UnhandledMessage => "was unhandled",
            _ => "was not delivered",
        };
        var text = $"Message [{inner.GetType().Name}] from {letter.Sender} to {letter.Recipient} {what}. [{_count}] dead letters encountered"
            + (last ? ", no more dead letters will be logged for a while" : "")
            + ". This logging can be turned off or adjusted with configuration settings 'akka.log-dead-letters' and 'akka.log-dead-letters-during-shutdown'. Message content: "
            + inner;
        _eventStream.Publish(new Info(letter.Recipient.Path.ToString(), letter.Recipient.GetType(), text));
    }
}
