using Akka.Actor;

namespace Akka.Remote;

/// <summary>Something happened to the connection with another node.</summary>
public abstract class AssociationEvent : RemotingLifecycleEvent
{
    protected string EventName = "";

    public abstract Address LocalAddress { get; protected set; }

    public abstract Address RemoteAddress { get; protected set; }

    public abstract bool IsInbound { get; protected set; }

    public override string ToString() => $"{EventName} [{LocalAddress}]{(IsInbound ? " <- " : " -> ")}{RemoteAddress}";
}
