using Akka.Actor;
using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>
/// The links of an actor system's <see cref="TcpTransport"/> to other systems, for the messages of peers.
/// </summary>
internal sealed class PeerLinks : IExtension
{
    private readonly Lock _gate = new();
    private TcpLink[] _open = [];

    private volatile int _version;
    private volatile RaftSerializer? _serializer;

    /// <summary>Grows whenever a link is opened or ends.</summary>
    public int Version => _version;

    /// <summary>The TLS of the actor system's transport; <c>null</c> if it has none.</summary>
    public RemoteTls? Tls { get; set; }

    /// <summary>Whether the actor system has a transport with links.</summary>
    public bool IsUsed { get; set; }

    /// <summary>
    /// The serializer that reads the messages for peers; <c>null</c> as long as the actor system has no group.
    /// </summary>
    public RaftSerializer? Serializer => _serializer;

    /// <summary>The links of an actor system.</summary>
    public static PeerLinks Of(ActorSystem system) => system.WithExtension<PeerLinks, Provider>();

    /// <summary>Lets messages for peers be delivered from now on.</summary>
    public void Serve(RaftSerializer serializer) => _serializer = serializer;

    /// <summary>The latest link to a system; <c>null</c> if there is none.</summary>
    public TcpLink? To(Address system)
    {
        lock (_gate)
            return Array.FindLast(_open, link => link.Peer is { } peer && IsSame(peer, system));
    }

    // A system introduces itself with the protocol of the transport, tcp. Its addresses have that of Akka.Remote,
    // akka.tcp.
    private static bool IsSame(Address one, Address other) =>
        one.Port == other.Port && one.Host == other.Host && one.System == other.System;

    /// <summary>Called when a link may be used.</summary>
    public void Opened(TcpLink link)
    {
        lock (_gate)
        {
            _open = [.. _open.Where(each => each != link), link];
            _version++;
        }
    }

    /// <summary>Called when a link has ended.</summary>
    public void Ended(TcpLink link)
    {
        lock (_gate)
        {
            _open = [.. _open.Where(each => each != link)];
            _version++;
        }
    }

    internal sealed class Provider : ExtensionIdProvider<PeerLinks>
    {
        public override PeerLinks CreateExtension(ExtendedActorSystem system) => new();
    }
}
