using Akka.Actor;
using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>
/// A peer on another node. A message is sent over the link to that node. If there is no link, Akka.Remote sends the
/// message, and makes a link.
/// </summary>
internal sealed class PeerReference(IActorRef remote, PeerLinks links, RaftSerializer serializer,
    long maximumFrameSize) : ICanTell
{
    private readonly byte[] _recipient = PeerFrame.RecipientField(remote.Path);
    private volatile Known? _known;

    public void Tell(object message, IActorRef sender)
    {
        if (message is not PeerMessage told || !sender.IsNobody() || !TrySend(told))
            remote.Tell(message, sender);
    }

    private bool TrySend(PeerMessage message)
    {
        if (_known is not { } known || known.Version != links.Version)
            _known = known = new Known(links.Version, links.To(remote.Path.Address));
        if (known.Link is not { Peer: not null } link)
            return false;
        var frame = new PeerFrame(_recipient, serializer, message);
        // If the frame is too large, Akka.Remote logs that the message cannot be sent.
        return frame.Size <= maximumFrameSize && link.TrySend(frame);
    }

    private sealed record Known(int Version, TcpLink? Link);
}
