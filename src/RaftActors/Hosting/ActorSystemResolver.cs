using System.Collections.Concurrent;
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
    // Addresses come from messages too, so the number of known addresses must have a bound.
    private const int MostKnown = 16 * 1024;

    // A remote reference to a path without a uid is bound to no incarnation and stays valid. Resolving it costs far
    // more than sending a message. The peer, and each actor that sends its snapshots, resolve on threads of their own.
    private readonly ConcurrentDictionary<(string Address, string Group), ICanTell> _known = new();
    private readonly IActorRefProvider _provider = ((ExtendedActorSystem)system).Provider;
    private readonly PeerLinks _links = PeerLinks.Of(system);

    public ICanTell Resolve(string nodeAddress, string group)
    {
        if (_known.TryGetValue((nodeAddress, group), out var known))
            return known;
        var peer = _provider.ResolveActorRef(NodeAddress.PathAt(system, nodeAddress, $"{RaftGroups.Path}/{group}"));
        if (peer is not IActorRefScope { IsLocal: false })
            return peer;
        if (_known.Count >= MostKnown)
            _known.Clear();
        return _known[(nodeAddress, group)] = _links.IsUsed
            ? new PeerReference(peer, _links, RaftSerializer.Of(system),
                FrameSizes.Of((ExtendedActorSystem)system).Own)
            : peer;
    }
}
