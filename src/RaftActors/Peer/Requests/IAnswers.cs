using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors.Requests;

/// <summary>What a request needs of its peer to answer itself.</summary>
internal interface IAnswers
{
    /// <summary>The leader that the peer knows. A failure names the leader.</summary>
    Member? Leader { get; }

    /// <summary>Tells an actor something, as the peer.</summary>
    void Tell(IActorRef actor, object message);

    /// <summary>Makes the header of a message.</summary>
    /// <param name="toStoreId">In a reply: the store that asked.</param>
    PeerHeader Header(string toStoreId = "");

    /// <summary>Sends a message to another peer, once the term and vote of this peer are durable.</summary>
    void Send(string address, PeerMessage message);

    /// <summary>Encodes a response for another peer.</summary>
    /// <param name="response">The response of the state machine.</param>
    /// <param name="payload">Its encoded form.</param>
    /// <param name="problem">Why the response cannot be sent.</param>
    bool TryEncode(object? response, out Payload? payload, out string problem);

    /// <summary>Decodes a response of another peer.</summary>
    /// <exception cref="Exception">No serializer here can.</exception>
    object? Decode(Payload? payload);
}
