using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Network;

/// <summary>A machine in a <see cref="VirtualNetwork{TNode}"/>.</summary>
internal interface INetworkNode
{
    /// <summary>Its member's name.</summary>
    string Id { get; }

    /// <summary>Its address.</summary>
    string Address { get; }

    /// <summary>The process that runs on it; <c>null</c> while it is down.</summary>
    VirtualProcess? Process { get; }
}
