using Akka.Actor;
using Akka.Serialization;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Network;

/// <summary>All links of a cluster. Messages cross them as bytes, and arrive, late or not at all, as the faults and the seed have it.</summary>
internal sealed class ClusterNetwork
{
    private readonly VirtualWorld _world;
    private readonly Random _random;
    private readonly IReadOnlyList<RaftPeer> _peers;
    private readonly Dictionary<(RaftPeer From, RaftPeer To), Link> _links = [];
    private readonly List<HeldMessages> _holds = [];
    private Dictionary<RaftPeer, int>? _sides;

    public ClusterNetwork(VirtualWorld world, Random random, IReadOnlyList<RaftPeer> peers)
    {
        _world = world;
        _random = random;
        _peers = peers;
        foreach (var peer in peers)
            Connect(peer);
    }

    public LinkFaults Faults { get; set; } = LinkFaults.None;

    /// <summary>Told every message that is sent, and whether it arrives or is lost.</summary>
    public Action<Message, string>? Watcher { get; set; }

    /// <summary>Links a peer with all that are there.</summary>
    public void Connect(RaftPeer peer)
    {
        foreach (var other in _peers)
        {
            _links.TryAdd((peer, other), new Link(peer, other));
            _links.TryAdd((other, peer), new Link(other, peer));
        }
    }

    public IEnumerable<Link> Links => _links.Values;

    public Link Between(RaftPeer from, RaftPeer to) => _links[(from, to)];

    /// <summary>Only peers of the same side reach each other; a peer that is on none reaches nobody.</summary>
    public void Partition(IEnumerable<IEnumerable<RaftPeer>> sides)
    {
        _sides = [];
        int number = 0;
        foreach (var side in sides)
        {
            number++;
            foreach (var peer in side)
                _sides.Add(peer, number);
        }
    }

    public void HealPartition() => _sides = null;

    public bool Connects(RaftPeer from, RaftPeer to) =>
        from == to || (!from.IsCutOff && !to.IsCutOff && !_links[(from, to)].IsCut
        && (_sides is null || (_sides.TryGetValue(from, out int left) && _sides.TryGetValue(to, out int right) && left == right)));

    /// <summary>Sends a message from a running process of a peer to whoever is at an address.</summary>
    public void Send(PeerProcess process, string address, object message, IActorRef? sender)
    {
        if (process.IsDead || _peers.FirstOrDefault(peer => peer.Address == address) is not { } target)
            return;
        var link = _links[(process.Peer, target)];
        var serializer = process.System.Serialization.FindSerializerFor(message);
        var sent = new Message(link, serializer.ToBinary(message), serializer.Identifier, Serialization.ManifestFor(serializer, message), message, sender);
        link.Traffic += new LinkTraffic(1, sent.Bytes.Length, 0);
        if (_holds.Find(held => held.Take(sent)) is not null)
        {
            Watcher?.Invoke(sent, "held");
            return;
        }
        Dispatch(sent);
    }

    /// <summary>Keeps back messages that are sent from now on.</summary>
    public HeldMessages Hold(Func<Message, bool> which)
    {
        var held = new HeldMessages(this, which);
        _holds.Add(held);
        return held;
    }

    public void Forget(HeldMessages held) => _holds.Remove(held);

    /// <summary>Has a message that was sent get lost or be on its way.</summary>
    public void Dispatch(Message message)
    {
        var link = message.Link;
        if (!Connects(link.From, link.To) || !link.From.MayPass(LinkDirection.Sent) || !link.To.MayPass(LinkDirection.Received) || _random.NextDouble() < Faults.Loss)
        {
            Lose(message);
            return;
        }
        Watcher?.Invoke(message, "sent");
        Carry(message);
        if (Faults.Duplication > 0 && _random.NextDouble() < Faults.Duplication)
            Carry(message);
    }

    /// <summary>Does something when all that was sent from a peer to another has arrived.</summary>
    public void AfterAllSent(RaftPeer from, RaftPeer to, Action action) => Arrive(Between(from, to), Draw(Faults.MinDelay, Faults.MaxDelay), inOrder: true, action);

    private void Carry(Message message)
    {
        var delay = Draw(Faults.MinDelay, Faults.MaxDelay);
        if (Faults.LongDelay > 0 && _random.NextDouble() < Faults.LongDelay)
            delay += Draw(Faults.MinLongDelay, Faults.MaxLongDelay);
        Arrive(message.Link, delay, Faults.InOrder, () => Deliver(message));
    }

    private void Arrive(Link link, TimeSpan delay, bool inOrder, Action action)
    {
        var arrival = _world.Now + delay;
        if (inOrder && arrival < link.LastArrival)
            arrival = link.LastArrival;
        else if (arrival > link.LastArrival)
            link.LastArrival = arrival;
        _world.Schedule(arrival - _world.Now, action);
    }

    private void Deliver(Message message)
    {
        var link = message.Link;
        if (!Connects(link.From, link.To) || link.To.Process is not { IsDead: false } process)
        {
            Lose(message);
            return;
        }
        var received = process.System.Serialization.Deserialize(message.Bytes, message.SerializerId, message.Manifest);
        process.Ref.Tell(received, message.Sender ?? ActorRefs.NoSender);
    }

    private void Lose(Message message)
    {
        message.Link.Traffic += new LinkTraffic(0, 0, 1);
        Watcher?.Invoke(message, "lost");
    }

    private TimeSpan Draw(TimeSpan min, TimeSpan max) => min + (max - min) * _random.NextDouble();
}
