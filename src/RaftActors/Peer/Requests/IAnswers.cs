using Akka.Actor;
using RaftActors.Log;

namespace RaftActors.Requests;

/// <summary>What a request needs of its peer to answer itself.</summary>
internal interface IAnswers : IPeer
{
    /// <summary>Tells an actor something, as the peer.</summary>
    void Tell(IActorRef actor, object message);

    /// <summary>Encodes a response for another peer.</summary>
    /// <param name="response">The response of the state machine.</param>
    /// <param name="payload">Its encoded form.</param>
    /// <param name="problem">Why the response cannot be sent.</param>
    bool TryEncode(object? response, out Payload? payload, out string problem);

    /// <summary>Decodes a response of another peer.</summary>
    /// <exception cref="Exception">No serializer here can.</exception>
    object? Decode(Payload? payload);
}
