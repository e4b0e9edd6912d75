using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.Remote.Transport;

namespace RaftActors.Remoting;

/// <summary>
/// A transport of Akka.Remote over TCP. It speaks the protocol of the DotNetty transport, so systems with either
/// transport can talk to each other. It needs fewer changes of threads and fewer copies, and takes the messages of
/// peers past Akka.Remote's actors. <c>akka.remote.dot-netty.tcp.transport-class</c> names this class.
/// </summary>
internal sealed class TcpTransport : Transport
{
    private const string Scheme = "tcp";

    // The most bytes that wait for one other system. If there is more, Akka.Remote waits and tries again, and peers
    // send again.
    private const long MostWaiting = 64 << 20;

    /// <summary>How long to wait when the process may not open any more files.</summary>
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the other side may take to close a connection that this side has closed.</summary>
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly TcpSettings _settings;
    private readonly ConcurrentDictionary<TcpLink, bool> _links = new();
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new();
    private Socket? _server;
    private volatile bool _isShutDown;
    private int _reportedFull;

    /// <summary>Akka.Remote calls this constructor.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="config">The transport's section.</param>
    public TcpTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        _settings = TcpSettings.From(config, system.Settings.Config);
        Log = Logging.GetLogger(system, typeof(TcpTransport));
        SchemeIdentifier = Scheme;
        MaximumPayloadBytes = _settings.MaximumFrameSize;
        if (_settings.IsObserved)
            return;
        Links = PeerLinks.Of(system);
        Links.IsUsed = true;
    }

    /// <summary>The log of the transport.</summary>
    public ILoggingAdapter Log { get; }

    /// <summary>The links for peers; <c>null</c> if peers must not use links.</summary>
    public PeerLinks? Links { get; }

    /// <inheritdoc/>
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        IPEndPoint? endpoint = null;
        try
        {
            endpoint = new IPEndPoint(await ResolveAsync(_settings.Hostname, CancellationToken.None)
                .ConfigureAwait(false), _settings.Port);
            var server = _server = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            SetBuffers(server);
            // No other process can share the address, but old connections need not time out first. Bind does that by
            // default.
            server.Bind(endpoint);
            server.Listen(_settings.Backlog);
            int port = ((IPEndPoint)server.LocalEndPoint!).Port;
            _ = AcceptAsync(server);
            return (AddressAt(_settings.PublicHostname, _settings.PublicPort > 0 ? _settings.PublicPort : port),
                _listener);
        }
        catch (SocketException problem)
        {
            _server?.Dispose();
            string where = endpoint?.ToString()
                ?? $"{_settings.Hostname}:{_settings.Port.ToString(CultureInfo.InvariantCulture)}";
            string reason = problem.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "the port is in use"
                : problem.Message;
            throw new RemoteTransportException($"Remoting cannot listen on {where}: {reason}.", problem);
        }
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => true;

    /// <inheritdoc/>
    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        Socket? socket = null;
        using var timeout = new CancellationTokenSource(_settings.ConnectionTimeout);
        try
        {
            var address = Reachable(await ResolveAsync(remoteAddress.Host, timeout.Token).ConfigureAwait(false));
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            SetBuffers(socket);
            await socket.ConnectAsync(new IPEndPoint(address, remoteAddress.Port ?? 0), timeout.Token)
                .ConfigureAwait(false);
            return Link(socket, remoteAddress);
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException
            or ObjectDisposedException)
        {
            socket?.Dispose();
            string reason = problem is OperationCanceledException
                ? $"it did not answer within {_settings.ConnectionTimeout.TotalSeconds} s"
                : problem.Message;
            throw new InvalidAssociationException($"No connection to {remoteAddress}: {reason}", problem);
        }
    }

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        _isShutDown = true;
        _server?.Dispose();
        var links = _links.Keys.ToList();
        links.ForEach(static link => link.Close());
        await Task.WhenAll(links.Select(static link => link.Ended)).ConfigureAwait(false);
        return true;
    }

    /// <summary>Called when a link has ended.</summary>
    public void Remove(TcpLink link)
    {
        _links.TryRemove(link, out _);
        Links?.Ended(link);
    }

    /// <summary>Ends a connection that this side has closed, unless the other side closes it in time.</summary>
    public void AbortLater(TcpLink link) => Task.Delay(CloseWithin)
        .ContinueWith(static (_, link) => ((TcpLink)link!).Abort(), link, TaskScheduler.Default);

    /// <summary>Logs that a message was dropped because too many bytes wait to be sent.</summary>
    public void ReportFull(TcpLink link)
    {
        if (Interlocked.Exchange(ref _reportedFull, 1) == 0)
            Log.Warning("Messages to {0} are dropped: it has not taken in {1} MiB yet.", link.RemoteAddress,
                MostWaiting >> 20);
    }

    private Address AddressAt(string host, int port) => new(Scheme, System.Name, host, port);

    /// <summary>Replaces an address that means "listen everywhere", which some systems use as their own.</summary>
    private static IPAddress Reachable(IPAddress address) =>
        address.Equals(IPAddress.Any) ? IPAddress.Loopback
        : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
        : address;

    private async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var ip))
            return ip;
        var family = _settings.UseIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var addresses = await Dns.GetHostAddressesAsync(host, family, cancellation).ConfigureAwait(false);
        // Akka.Remote takes the last address, too.
        return addresses.Length > 0 ? addresses[^1]
            : throw new SocketException((int)SocketError.HostNotFound, $"{host} has no address of the family {family}");
    }

    // No connection is accepted before Akka.Remote listens.
    private async Task AcceptAsync(Socket server)
    {
        var listener = await _listener.Task.ConfigureAwait(false);
        while (!_isShutDown)
        {
            try
            {
                var socket = await server.AcceptAsync().ConfigureAwait(false);
                if (Accepted(socket) is { } link)
                    listener.Notify(new InboundAssociation(link));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException problem) when (problem.SocketErrorCode is SocketError.ConnectionReset
                or SocketError.ConnectionAborted)
            {
                // The connection broke while it waited to be accepted.
            }
            catch (SocketException) when (!_isShutDown)
            {
                await Task.Delay(AcceptAgainAfter).ConfigureAwait(false);
            }
        }
    }

    private TcpLink? Accepted(Socket socket)
    {
        try
        {
            var remote = (IPEndPoint)socket.RemoteEndPoint!;
            return Link(socket, AddressAt(remote.Address.ToString(), remote.Port));
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private TcpLink Link(Socket socket, Address remote)
    {
        socket.NoDelay = _settings.NoDelay;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, _settings.KeepAlive);
        var local = AddressAt(_settings.Hostname, ((IPEndPoint)socket.LocalEndPoint!).Port);
        var link = new TcpLink(this, local, remote, new TcpChannel(socket, MostWaiting));
        _links[link] = true;
        if (_isShutDown)
            link.Abort();
        return link;
    }

    private void SetBuffers(Socket socket)
    {
        if (_settings.SendBufferSize > 0)
            socket.SendBufferSize = _settings.SendBufferSize;
        if (_settings.ReceiveBufferSize > 0)
            socket.ReceiveBufferSize = _settings.ReceiveBufferSize;
    }
}
