using Akka.Event;

namespace Akka.Remote;

/// <summary>What remoting publishes on the event stream about its connections.</summary>
public abstract class RemotingLifecycleEvent
{
    public abstract LogLevel LogLevel();
}
