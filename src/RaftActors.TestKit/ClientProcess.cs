using Akka.Actor;
using Akka.Serialization;
using RaftActors.Client;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit;

/// <summary>
/// A process beside those of a cluster's peers, with an actor system of its own in the same virtual time: for clients on nodes of their own. What it and the peers tell each other
/// crosses the network as bytes, with the cluster's <see cref="RaftCluster.Faults"/>.
/// </summary>
/// <remarks>Cutting off a peer cuts it off from the other peers; what reaches a client is said here.</remarks>
public sealed class ClientProcess
{
    private readonly RaftCluster _cluster;
    private readonly VirtualWorld _world;
    private readonly Random _random;
    private readonly Dictionary<(PeerProcess Process, IActorRef Sender), IActorRef> _relays = [];

    internal ClientProcess(RaftCluster cluster, VirtualWorld world, ActorSystem system, Random random)
    {
        _cluster = cluster;
        _world = world;
        _random = random;
        System = system;
        Resolver = new OutletResolver(this);
    }

    /// <summary>The actor system of the process.</summary>
    public ActorSystem System { get; }

    /// <summary>Settings for <see cref="RaftClient"/> in this process: it knows all peers, draws from the cluster's seed, and whoever awaits it goes on in virtual time.</summary>
    /// <remarks>Code that awaits a client under test must not ask to be continued elsewhere: <c>ConfigureAwait(false)</c> throughout.</remarks>
    public RaftClientSettings ClientSettings => new()
    {
        Group = _cluster.Group,
        Addresses = _cluster.Peers.Select(peer => peer.Address).ToList(),
        Resolver = Resolver,
        RandomSeed = _random.Next(),
        ContinueInline = true,
    };

    /// <summary>Leads to the peers, by their addresses: for <see cref="Client.RaftClientSettings.Resolver"/>.</summary>
    public IPeerResolver Resolver { get; }

    /// <summary>The peers that the process cannot reach, and that cannot reach it.</summary>
    public ISet<RaftPeer> Unreachable { get; } = new HashSet<RaftPeer>();

    /// <summary>Whether a message, in either direction, is lost; asked for each.</summary>
    public Func<object, bool> Loses { get; set; } = static _ => false;

    /// <summary>How long a message takes beside what the cluster's faults say; asked for each.</summary>
    public Func<object, TimeSpan> Delays { get; set; } = static _ => TimeSpan.Zero;

    private void Send(string address, object message, IActorRef? sender)
    {
        if (_cluster.Peers.FirstOrDefault(peer => peer.Address == address) is not { } peer)
            return;
        var packed = Pack(System, message);
        Carry(peer, message, () =>
        {
            if (peer.Process is { IsDead: false } process)
                process.Ref.Tell(packed.Unpack(process.System), Relay(process, sender ?? ActorRefs.Nobody));
        });
    }

    private void Carry(RaftPeer peer, object message, Action arrive)
    {
        var faults = _cluster.Faults;
        if (Unreachable.Contains(peer) || Loses(message) || _random.NextDouble() < faults.Loss)
            return;
        var delay = faults.MinDelay + ((faults.MaxDelay - faults.MinDelay) * _random.NextDouble()) + Delays(message);
        _world.Schedule(delay, () =>
        {
            if (!Unreachable.Contains(peer))
                arrive();
        });
    }

    private IActorRef Relay(PeerProcess process, IActorRef sender)
    {
        if (!_relays.TryGetValue((process, sender), out var relay))
            _relays.Add((process, sender), relay = System.ActorOf(Props.Create(() => new RelayActor(this, process, sender))));
        return relay;
    }

    private static Packed Pack(ActorSystem system, object message)
    {
        var serializer = system.Serialization.FindSerializerFor(message);
        return new Packed(serializer.ToBinary(message), serializer.Identifier, Serialization.ManifestFor(serializer, message));
    }

    private sealed record Packed(byte[] Bytes, int SerializerId, string Manifest)
    {
        public object Unpack(ActorSystem system) => system.Serialization.Deserialize(Bytes, SerializerId, Manifest);
    }

    private sealed class OutletResolver(ClientProcess client) : IPeerResolver
    {
        public ICanTell Resolve(string nodeAddress, string group) => new Outlet(client, nodeAddress);
    }

    private sealed class Outlet(ClientProcess client, string address) : ICanTell
    {
        public void Tell(object message, IActorRef? sender) => client.Send(address, message, sender);
    }

    /// <summary>Stands for an actor of the client in one process of a peer.</summary>
    private sealed class RelayActor(ClientProcess client, PeerProcess process, IActorRef sender) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (process.IsDead)
                return;
            var packed = Pack(process.System, message);
            client.Carry(process.Peer, message, () => sender.Tell(packed.Unpack(client.System)));
        }
    }
}
