using Akka.Actor;
using Akka.Remote;
using Akka.Serialization;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.World;
using RaftActors.TestKit;

namespace RaftActors.Simulation.Network;

/// <summary>All links. Messages cross them as bytes, and arrive late, twice, in another order or not at all, as the faults and the lots have it.</summary>
internal sealed class SimulatedNetwork
{
    // Some hundred are many.
    private const int MostUnderway = 5_000;

    private readonly SimulatedWorld _world;
    private readonly Random _random;
    private readonly Trace _trace;
    private readonly Dictionary<string, SimulatedNode> _nodes;
    private readonly Dictionary<(SimulatedNode, SimulatedNode), SimulatedLink> _links = [];

    public SimulatedNetwork(SimulatedWorld world, Random random, Trace trace, IReadOnlyList<SimulatedNode> nodes)
    {
        _world = world;
        _random = random;
        _trace = trace;
        _nodes = nodes.ToDictionary(node => node.Member.Address, StringComparer.Ordinal);
        foreach (var from in nodes)
        {
            foreach (var to in nodes)
                _links[(from, to)] = new SimulatedLink(from, to);
        }
    }

    /// <summary>What the links do to messages.</summary>
    public LinkFaults Faults { get; set; } = LinkFaults.None;

    /// <summary>The longest time that a message was on its way.</summary>
    public TimeSpan LongestDelay { get; private set; }

    /// <summary>Told each message that a peer sends.</summary>
    public Action<SimulatedNode, SimulatedNode, object>? Watcher { get; set; }

    public SimulatedLink Between(SimulatedNode from, SimulatedNode to) => _links[(from, to)];

    /// <summary>The node with an address, or <c>null</c>.</summary>
    public SimulatedNode? NodeAt(string address) => _nodes.GetValueOrDefault(address);

    /// <summary>How long a message takes.</summary>
    public TimeSpan DrawDelay(Random random)
    {
        var delay = Faults.MinDelay + ((Faults.MaxDelay - Faults.MinDelay) * random.NextDouble());
        if (Faults.LongDelay > 0 && random.NextDouble() < Faults.LongDelay)
            delay += Faults.MinLongDelay + ((Faults.MaxLongDelay - Faults.MinLongDelay) * random.NextDouble());
        return delay;
    }

    /// <summary>What a process resolves its peers with.</summary>
    public IPeerResolver ResolverOf(SimulatedProcess process) => new Resolver(this, process);

    /// <summary>The connection between two nodes breaks: of what is under way in each direction the first part arrives and the rest does not; then both notice.</summary>
    public void Break(SimulatedNode one, SimulatedNode other)
    {
        BreakOneWay(Between(one, other));
        BreakOneWay(Between(other, one));
    }

    /// <summary>A node's process died: its connections close, after what it had sent.</summary>
    public void Closed(SimulatedNode node)
    {
        foreach (var other in _nodes.Values)
        {
            if (other != node)
                BreakOneWay(Between(node, other));
        }
    }

    private void BreakOneWay(SimulatedLink link)
    {
        int through = _random.Next(link.Underway.Count + 1);
        foreach (var passage in link.Underway.Skip(through))
            passage.IsLost = true;
        if (link.Cuts > 0)
            return;
        Arrive(link, Draw(), inOrder: true, () =>
        {
            if (link.To.Process is { IsDead: false } process)
                process.Inside(() => process.System.EventStream.Publish(new DisassociatedEvent(AddressOf(link.To), AddressOf(link.From), inbound: false)));
        });
    }

    private void Send(SimulatedProcess process, string address, object message)
    {
        if (process.IsDead || !_nodes.TryGetValue(address, out var target))
            return;
        var link = _links[(process.Node, target)];
        _world.Check(() => Watcher?.Invoke(process.Node, target, message));
        var serializer = process.System.Serialization.FindSerializerFor(message);
        var passage = new Passage(serializer.ToBinary(message), serializer.Identifier, Serialization.ManifestFor(serializer, message), message);
        bool lost = link.Cuts > 0 || (Faults.Loss > 0 && _random.NextDouble() < Faults.Loss);
        _trace.Message(link, passage, lost);
        if (lost)
            return;
        Carry(link, passage);
        if (Faults.Duplication > 0 && _random.NextDouble() < Faults.Duplication)
            Carry(link, passage);
    }

    private void Carry(SimulatedLink link, Passage passage)
    {
        link.Underway.Add(passage);
        if (link.Underway.Count > MostUnderway)
            _world.Check(() => throw new SimulationViolation("messages are bounded", $"{MostUnderway} messages are on their way from {link.From} to {link.To}, the last one {passage.Original}."));
        Arrive(link, DrawDelay(_random), Faults.InOrder, () => Deliver(link, passage));
    }

    private void Arrive(SimulatedLink link, TimeSpan delay, bool inOrder, Action action)
    {
        var arrival = _world.Now + delay;
        if (inOrder && arrival < link.LastArrival)
            arrival = link.LastArrival;
        else if (arrival > link.LastArrival)
            link.LastArrival = arrival;
        var takes = arrival - _world.Now;
        if (takes > LongestDelay)
            LongestDelay = takes;
        _world.Schedule(takes, action);
    }

    private void Deliver(SimulatedLink link, Passage passage)
    {
        link.Underway.Remove(passage);
        if (passage.IsLost || link.Cuts > 0 || link.To.Process is not { IsDead: false, Supervisor: { } supervisor } process)
            return;
        process.Inside(() => supervisor.Tell(process.System.Serialization.Deserialize(passage.Bytes, passage.SerializerId, passage.Manifest), ActorRefs.NoSender));
    }

    private TimeSpan Draw() => Faults.MinDelay + ((Faults.MaxDelay - Faults.MinDelay) * _random.NextDouble());

    private static Address AddressOf(SimulatedNode node)
    {
        string[] parts = node.Member.Address.Split(':');
        return new Address("akka.tcp", "raft", parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private sealed class Resolver(SimulatedNetwork network, SimulatedProcess process) : IPeerResolver
    {
        private readonly Dictionary<string, Outlet> _outlets = new(StringComparer.Ordinal);

        public ICanTell Resolve(string nodeAddress, string group) =>
            _outlets.TryGetValue(nodeAddress, out var outlet) ? outlet : _outlets[nodeAddress] = new Outlet(network, process, nodeAddress);
    }

    private sealed class Outlet(SimulatedNetwork network, SimulatedProcess process, string address) : ICanTell
    {
        public void Tell(object message, IActorRef? sender) => network.Send(process, address, message);
    }
}
