using Akka.Actor;

namespace Akka.Remote;

internal sealed class RemoteTransportException(string message, Exception? cause = null) : AkkaException(message, cause);
