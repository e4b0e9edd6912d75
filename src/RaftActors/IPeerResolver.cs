using Akka.Actor;

namespace RaftActors;

/// <summary>
/// Finds the peer of a group on a node. All traffic between peers goes through one, requests and replies alike.
/// </summary>
/// <remarks>
/// Asked for each message, so that what it returned before need not stay valid: a test puts a probe or a faulty link
/// here, a node-level link can batch messages of many groups.
/// </remarks>
public interface IPeerResolver
{
    /// <summary>What to tell a message that is meant for the peer of a group on a node.</summary>
    /// <param name="nodeAddress">The node: <see cref="Membership.Member.Address"/>, as it is written there.</param>
    /// <param name="group">The group's name.</param>
    ICanTell Resolve(string nodeAddress, string group);
}
