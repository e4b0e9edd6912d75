using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.TestKit.TestEvent;

namespace Akka.TestKit;

/// <summary>The default logger, except that events that a filter wants go to the filter only. A dead letter counts as a warning.</summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<IEventFilter> _filters = new();

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                initialize.LoggingBus.Subscribe(Self, typeof(Mute));
                initialize.LoggingBus.Subscribe(Self, typeof(Unmute));
                initialize.LoggingBus.Subscribe(Self, typeof(DeadLetter));
                initialize.LoggingBus.Subscribe(Self, typeof(UnhandledMessage));
                // Answers, so only once nothing can be missed any more.
                base.Receive(message);
                break;
            case Mute mute:
                _filters.AddRange(mute.Filters);
                break;
            case Unmute unmute:
                foreach (var filter in unmute.Filters)
                    _filters.Remove(filter);
                break;
            case LogEvent logEvent:
                if (!IsFiltered(logEvent))
                    Print(logEvent);
                break;
            case DeadLetter { Message: not Terminate } letter:
                OnDeadLetter(letter);
                break;
            case UnhandledMessage:
                Print(new Debug(Context.System.Name, GetType(), message));
                break;
        }

        return true;
    }

    private void OnDeadLetter(DeadLetter letter)
    {
        var recipient = letter.Recipient.Path.ToString();
        if (IsFiltered(new Warning(recipient, letter.Recipient.GetType(), letter)))
            return;

        var text = letter.Message is ISystemMessage
            ? $"Received dead system message: {letter.Message}"
            : $"Received dead letter from {letter.Sender}: {letter.Message}";
        Print(new Warning(recipient, letter.Recipient.GetType(), text));
    }

    /// <summary>All that want the event are asked until one takes it; one that fails does not.</summary>
    private bool IsFiltered(LogEvent logEvent) => _filters.Exists(filter =>
    {
        try
        {
            return filter.Apply(logEvent);
        }
        catch (Exception)
        {
            return false;
        }
    });
}
