using Akka.Actor;

namespace RaftActors;

/// <summary>
/// Finds the peer of a group on a node. All traffic between peers, requests and replies alike, goes through a resolver.
/// </summary>
/// <remarks>
/// A peer calls the resolver for each message, so an earlier result need not stay valid. A test can return a probe or a
/// faulty link. A link between nodes can batch the messages of many groups.
/// </remarks>
public interface IPeerResolver
{
    /// <summary>Returns where to send a message for the peer of a group on a node.</summary>
    /// <param name="nodeAddress">The node: <see cref="Membership.Member.Address"/>, as it is written there.</param>
    /// <param name="group">The group's name.</param>
    ICanTell Resolve(string nodeAddress, string group);
}
