using Akka.Actor;
using RaftActors.Protocol;
using RaftActors.Remoting;

namespace RaftActors;

/// <summary>
/// Resolves peers over the actor system's remoting. The target is the supervisor of the group on the other node, at a
/// path without the uid of an incarnation.
/// </summary>
internal sealed class ActorSystemResolver(ActorSystem system) : IPeerResolver
{
    // Addresses come from messages too, so the number of known peers must have a bound.
    private const int MostKnown = 64;

    // A remote reference to a path without a uid is bound to no incarnation and stays valid. Resolving it costs far
    // more than sending a message. The peer, and each actor that sends its snapshots, resolve on threads of their own.
    // A group has few members, and a node may have very many groups, so this is no dictionary.
    private volatile KnownPeer[] _known = [];

    public ICanTell Resolve(string nodeAddress, string group)
    {
        var all = _known;
        foreach (var known in all)
            if (known.Address == nodeAddress && known.Group == group)
                return known.Peer;
        var provider = ((ExtendedActorSystem)system).Provider;
        var peer = GroupPaths.Of(system).Of(nodeAddress) is { } groups
            ? provider.ResolveActorRef(groups / group)
            : provider.DeadLetters;
        if (peer is not IActorRefScope { IsLocal: false })
            return peer;
        var links = PeerLinks.Of(system);
        ICanTell found = links.IsUsed
            ? new PeerReference(peer, links, RaftSerializer.Of(system),
                FrameSizes.Of((ExtendedActorSystem)system).Own)
            : peer;
        // If two threads resolve at once, one of the peers is resolved again.
        _known = [.. all.Length < MostKnown ? all : [], new KnownPeer(nodeAddress, group, found)];
        return found;
    }

    private readonly record struct KnownPeer(string Address, string Group, ICanTell Peer);
}
