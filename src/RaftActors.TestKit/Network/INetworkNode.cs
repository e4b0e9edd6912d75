using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Network;

/// <summary>A machine in a <see cref="VirtualNetwork{TNode}"/>.</summary>
internal interface INetworkNode
{
    /// <summary>The member id of the node's peer.</summary>
    string Id { get; }

    /// <summary>The address of the node.</summary>
    string Address { get; }

    /// <summary>The process that runs on the node; <c>null</c> while the node is down.</summary>
    VirtualProcess? Process { get; }
}
