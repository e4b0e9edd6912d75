using Akka.Actor;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Network;

/// <summary>
/// All links between nodes. Messages cross the links as bytes. The faults and the random draws decide whether a message
/// arrives late, twice, in another order or not at all.
/// </summary>
internal class VirtualNetwork<TNode>(VirtualWorld world, Random random)
    where TNode : class, INetworkNode
{
    private readonly Dictionary<string, TNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<(TNode From, TNode To), Link<TNode>> _links = [];

    /// <summary>The faults of the links.</summary>
    public LinkFaults Faults { get; set; } = LinkFaults.None;

    /// <summary>The longest time that any message took.</summary>
    public TimeSpan LongestDelay { get; private set; }

    /// <summary>Called with every message that is sent, held or lost, and with a word for which of these.</summary>
    public Action<Message<TNode>, string>? Watcher { get; set; }

    public IEnumerable<Link<TNode>> Links => _links.Values;

    public Link<TNode> Between(TNode from, TNode to) => _links[(from, to)];

    /// <summary>The node with an address; <c>null</c> if there is none.</summary>
    public TNode? NodeAt(string address) => _nodes.GetValueOrDefault(address);

    /// <summary>Links a node with all nodes so far, and with itself.</summary>
    public void Connect(TNode node)
    {
        _nodes.Add(node.Address, node);
        foreach (var other in _nodes.Values)
        {
            _links[(node, other)] = new Link<TNode>(node, other);
            _links[(other, node)] = new Link<TNode>(other, node);
        }
    }

    /// <summary>Moves a node whose process is down to its present address.</summary>
    /// <param name="node">The node.</param>
    /// <param name="former">The former address of the node. No node has it any more.</param>
    public void Moved(TNode node, string former)
    {
        _nodes.Remove(former);
        _nodes.Add(node.Address, node);
    }

    /// <summary>The resolver that a process of a node uses to reach its peers.</summary>
    public IPeerResolver ResolverOf(TNode node, VirtualProcess process) => new Resolver(this, node, process);

    /// <summary>Sends a message from a process of a node to the node at an address.</summary>
    public void Send(TNode from, VirtualProcess process, string address, object message, IActorRef? sender)
    {
        if (process.IsDead || !_nodes.TryGetValue(address, out var target))
            return;
        var link = _links[(from, target)];
        var sent = new Message<TNode>(link, Packed.Of(process.System, message), message, sender);
        link.Traffic += new LinkTraffic(1, sent.Packed.Bytes.Length, 0);
        if (Holds(sent))
            Watcher?.Invoke(sent, "held");
        else
            Dispatch(sent);
    }

    /// <summary>Puts a message that was sent on its way, or loses it.</summary>
    public void Dispatch(Message<TNode> message)
    {
        if (!Passes(message) || (Faults.Loss > 0 && random.NextDouble() < Faults.Loss))
        {
            Lose(message, "lost");
            return;
        }
        Watcher?.Invoke(message, "sent");
        Carry(message);
        if (Faults.Duplication > 0 && random.NextDouble() < Faults.Duplication)
            Carry(message);
    }

    /// <summary>
    /// Breaks the connection between two nodes. In each direction a first part of the messages under way arrives, and
    /// the rest is lost. Then both nodes notice.
    /// </summary>
    public void Break(TNode one, TNode other)
    {
        BreakOneWay(Between(one, other));
        BreakOneWay(Between(other, one));
    }

    /// <summary>
    /// Closes the connection from one node to another. A first part of the messages under way arrives, and the rest is
    /// lost. Then the receiver notices, if it can be reached.
    /// </summary>
    public void BreakOneWay(Link<TNode> link)
    {
        int through = random.Next(link.Underway.Count + 1);
        foreach (var message in link.Underway.Skip(through))
            message.IsLost = true;
        if (Connects(link.From, link.To))
            CloseAfterAllSent(link);
    }

    /// <summary>
    /// Lets a node notice that its connection with another node was closed, after all that was sent over the connection
    /// has arrived.
    /// </summary>
    public void CloseAfterAllSent(Link<TNode> link) =>
        Arrive(link, Faults.DrawShortDelay(random), inOrder: true, () => Closed(link));

    /// <summary>Whether messages from one node reach another at present.</summary>
    public virtual bool Connects(TNode from, TNode to) => from == to || Between(from, to).Cuts == 0;

    /// <summary>Whether a message that is sent is held for now.</summary>
    protected virtual bool Holds(Message<TNode> message) => false;

    /// <summary>Whether a message that is sent, or that was held, is put on its way.</summary>
    protected virtual bool Passes(Message<TNode> message) => Connects(message.From, message.To);

    /// <summary>Lets a node notice that a connection to it was closed.</summary>
    protected virtual void Closed(Link<TNode> link)
    {
        if (link.To.Process is { IsDead: false } process)
            process.ConnectionClosed(link.From.Address);
    }

    private void Carry(Message<TNode> message)
    {
        message.Link.Underway.Add(message);
        Arrive(message.Link, Faults.DrawDelay(random), Faults.InOrder, () => Deliver(message));
    }

    private void Arrive(Link<TNode> link, TimeSpan delay, bool inOrder, Action action)
    {
        var arrival = world.Now + delay;
        if (inOrder && arrival < link.LastArrival)
            arrival = link.LastArrival;
        else if (arrival > link.LastArrival)
            link.LastArrival = arrival;
        var takes = arrival - world.Now;
        if (takes > LongestDelay)
            LongestDelay = takes;
        world.Schedule(takes, action);
    }

    private void Deliver(Message<TNode> message)
    {
        var link = message.Link;
        link.Underway.Remove(message);
        bool arrives = !message.IsLost && Connects(link.From, link.To);
        if (!arrives || link.To.Process is not { IsDead: false } process
            || process.RecipientOf(message.Original) is not { } recipient)
            Lose(message, "lost on its way");
        else
            recipient.Tell(message.Packed.In(process.System), message.Sender ?? ActorRefs.NoSender);
    }

    private void Lose(Message<TNode> message, string fate)
    {
        message.Link.Traffic += new LinkTraffic(0, 0, 1);
        Watcher?.Invoke(message, fate);
    }

    private sealed class Resolver(VirtualNetwork<TNode> network, TNode node, VirtualProcess process) : IPeerResolver
    {
        private readonly Dictionary<string, Outlet> _outlets = new(StringComparer.Ordinal);

        public ICanTell Resolve(string nodeAddress, string group)
        {
            // The peer and each actor that sends its snapshots call this method in turns of their own.
            lock (_outlets)
            {
                if (!_outlets.TryGetValue(nodeAddress, out var outlet))
                    _outlets[nodeAddress] = outlet = new Outlet(network, node, process, nodeAddress);
                return outlet;
            }
        }
    }

    private sealed class Outlet(VirtualNetwork<TNode> network, TNode node, VirtualProcess process, string address)
        : ICanTell
    {
        public void Tell(object message, IActorRef? sender) => network.Send(node, process, address, message, sender);
    }
}
