using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>What connects systems: sockets, or a network that is simulated. Nothing else of remoting touches a socket.</summary>
internal abstract class Transport
{
    /// <summary>Begins to listen and returns the port; from then on other systems' connections are reported, on whatever thread.</summary>
    /// <exception cref="RemoteTransportException">It cannot listen there.</exception>
    public abstract int Listen(Action<Channel> accepted);

    /// <summary>Reports exactly once, on whatever thread, either a channel or why there is none.</summary>
    public abstract void Connect(Address remote, Action<Channel?, Exception?> connected, CancellationToken cancellation);

    /// <summary>Frees the port. Channels stay.</summary>
    public abstract void StopListening();
}
