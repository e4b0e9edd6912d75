using Akka.Event;

namespace Akka.TestKit;

public interface IEventFilter
{
    /// <summary>Whether the event is one of those looked for; it is then not printed.</summary>
    bool Apply(LogEvent logEvent);
}

/// <summary>Events are filtered until this is unmuted or disposed.</summary>
public interface IUnmutableFilter : IDisposable
{
    void Unmute();
}
