using System.Collections.Concurrent;
using Akka.Actor;

namespace RaftActors;

/// <summary>
/// The paths of the actors that have the groups of other nodes (<see cref="RaftGroups"/>). The paths of all groups on a
/// node share it, because an actor system may have very many groups.
/// </summary>
internal sealed class GroupPaths(ExtendedActorSystem system) : IExtension
{
    // Addresses come from messages too.
    private const int MostKnown = 1024;

    private readonly ConcurrentDictionary<string, ActorPath> _known = new(StringComparer.Ordinal);

    /// <summary>The paths that an actor system knows.</summary>
    public static GroupPaths Of(ActorSystem system) => system.WithExtension<GroupPaths, Provider>();

    /// <summary>The path on a node; <c>null</c> if the address is none.</summary>
    /// <param name="nodeAddress">The address of the node, as a <see cref="Membership.Member"/> has it.</param>
    public ActorPath? Of(string nodeAddress)
    {
        if (_known.TryGetValue(nodeAddress, out var known))
            return known;
        if (!ActorPath.TryParse(NodeAddress.PathAt(system, nodeAddress, RaftGroups.Path), out var path))
            return null;
        if (_known.Count >= MostKnown)
            _known.Clear();
        return _known[nodeAddress] = path;
    }

    internal sealed class Provider : ExtensionIdProvider<GroupPaths>
    {
        public override GroupPaths CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
