using Akka.Actor;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Network;

/// <summary>Connects a process of clients with the nodes. Requests and answers cross as bytes.</summary>
/// <param name="client">The process of the clients.</param>
/// <param name="network">Finds the nodes.</param>
/// <param name="carry">Lets a message from or to a node arrive: in its time, twice, or not at all.</param>
internal sealed class ClientLinks<TNode>(
    VirtualProcess client, VirtualNetwork<TNode> network, Action<TNode, object, Action> carry) : IPeerResolver
    where TNode : class, INetworkNode
{
    /// <inheritdoc/>
    public ICanTell Resolve(string nodeAddress, string group) => new Outlet(this, nodeAddress);

    private void Ask(string address, object request, IActorRef? sender)
    {
        if (network.NodeAt(address) is not { } node)
            return;
        var sent = Packed.Of(client.System, request);
        carry(node, request, () =>
        {
            if (node.Process is not { IsDead: false, Entry: { } entry } process)
                return;
            var answers = new ProcessPort(process, answer => Answer(node, process, answer, sender));
            entry.Tell(sent.In(process.System), answers);
        });
    }

    private void Answer(TNode node, VirtualProcess process, object answer, IActorRef? asker)
    {
        if (process.IsDead)
            return;
        var sent = Packed.Of(process.System, answer);
        carry(node, answer, () => asker?.Tell(sent.In(client.System), ActorRefs.NoSender));
    }

    private sealed class Outlet(ClientLinks<TNode> links, string address) : ICanTell
    {
        public void Tell(object message, IActorRef? sender) => links.Ask(address, message, sender);
    }
}
