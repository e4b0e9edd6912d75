using Akka.Actor;
using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>The links of an actor system's <see cref="TcpTransport"/> to other systems, as peers use them.</summary>
internal sealed class PeerLinks : IExtension
{
    private readonly Lock _gate = new();
    private TcpLink[] _open = [];

    private volatile int _version;
    private volatile RaftSerializer? _serializer;

    /// <summary>Rises with each link that is opened or ends.</summary>
    public int Version => _version;

    /// <summary>Whether the actor system has a transport with links.</summary>
    public bool IsUsed { get; set; }

    /// <summary>
    /// What reads the messages that arrive for peers; <c>null</c> as long as the actor system has no group.
    /// </summary>
    public RaftSerializer? Serializer => _serializer;

    /// <summary>The links of an actor system.</summary>
    public static PeerLinks Of(ActorSystem system) => system.WithExtension<PeerLinks, Provider>();

    /// <summary>From now on messages may arrive for peers.</summary>
    public void Serve(RaftSerializer serializer) => _serializer = serializer;

    /// <summary>The latest link to a system; <c>null</c> if there is none.</summary>
    public TcpLink? To(Address system)
    {
        lock (_gate)
            return Array.FindLast(_open, link => link.Peer is { } peer && IsSame(peer, system));
    }

    // A system introduces itself by the protocol of the transport, tcp, and is called by that of Akka.Remote, akka.tcp.
    private static bool IsSame(Address one, Address other) =>
        one.Port == other.Port && one.Host == other.Host && one.System == other.System;

    /// <summary>A link may be used.</summary>
    public void Opened(TcpLink link)
    {
        lock (_gate)
        {
            _open = [.. _open.Where(each => each != link), link];
            _version++;
        }
    }

    /// <summary>A link is gone.</summary>
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
