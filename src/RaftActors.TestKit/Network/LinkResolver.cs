using Akka.Actor;

namespace RaftActors.TestKit.Network;

/// <summary>Leads the messages of one process of a peer onto the cluster's links.</summary>
internal sealed class LinkResolver(ClusterNetwork network, PeerProcess process) : IPeerResolver
{
    public ICanTell Resolve(string nodeAddress, string group) => new Outlet(network, process, nodeAddress);

    private sealed class Outlet(ClusterNetwork network, PeerProcess process, string address) : ICanTell
    {
        public void Tell(object message, IActorRef? sender) => network.Send(process, address, message, sender);
    }
}
