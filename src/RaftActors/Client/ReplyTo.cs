using Akka.Actor;
using RaftActors.Protocol;

namespace RaftActors.Client;

/// <summary>Who is due an answer: an actor that told the peer, or a peer that forwarded what it was told.</summary>
internal readonly struct ReplyTo
{
    /// <summary>An actor that told this peer.</summary>
    public ReplyTo(IActorRef actor, long correlationId)
    {
        Actor = actor;
        Id = correlationId;
    }

    /// <summary>A peer that forwarded.</summary>
    public ReplyTo(PeerHeader peer, long requestId)
    {
        Peer = peer;
        Id = requestId;
    }

    /// <summary>The actor, unless a peer forwarded.</summary>
    public IActorRef? Actor { get; }

    /// <summary>The peer that forwarded, if one did.</summary>
    public PeerHeader? Peer { get; }

    /// <summary>The correlation id, or the peer's request id.</summary>
    public long Id { get; }
}
