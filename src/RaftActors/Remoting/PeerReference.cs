using Akka.Actor;
using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>
/// A peer of another node. A message takes the link that there is to that node. Where there is none it goes the way of
/// all others, through Akka.Remote, which makes a link.
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
        // Akka.Remote logs that such a message cannot be sent.
        return frame.Size <= maximumFrameSize && link.TrySend(frame);
    }

    private sealed record Known(int Version, TcpLink? Link);
}
