using Akka.Actor;

namespace Akka.Remote.Endpoints;

/// <summary>There is no talking to an address, for now.</summary>
internal sealed class InvalidAssociationException(string message, Exception? cause = null) : AkkaException(message, cause);
