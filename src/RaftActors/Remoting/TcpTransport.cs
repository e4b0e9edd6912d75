using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.Remote.Transport;
using RaftActors.Tls;

namespace RaftActors.Remoting;

/// <summary>
/// A transport of Akka.Remote over TCP. It speaks the protocol of the DotNetty transport, so systems with either
/// transport can talk to each other. It needs fewer changes of threads and fewer copies, and takes the messages of
/// peers past Akka.Remote's actors. <c>akka.remote.dot-netty.tcp.transport-class</c> names this class.
/// </summary>
internal sealed class TcpTransport : Transport
{
    // As DotNetty's, so that systems with either transport can talk to each other with TLS, too.
    private const string Plain = "tcp", WithTls = "ssl.tcp";

    // How many systems may be in the middle of a TLS handshake.
    private const int MostHandshakes = 256;

    // The most bytes that wait for one other system. If there is more, Akka.Remote waits and tries again, and peers
    // send again.
    private const long MostWaiting = 64 << 20;

    /// <summary>How long to wait when the process may not open any more files.</summary>
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(100);

    // A system that is refused tries again several times a second.
    private const int CutAgainAfterMs = 60_000;

    /// <summary>How long the other side may take to close a connection that this side has closed.</summary>
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly TcpSettings _settings;
    private readonly RemoteTls? _tls;
    private readonly ConcurrentDictionary<TcpLink, bool> _links = new();
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new();
    private Socket? _server;
    private volatile bool _isShutDown;
    private int _reportedFull;
    private string? _cut;
    private long _cutAt;
    private int _handshakes;

    /// <summary>Akka.Remote calls this constructor.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="config">The transport's section.</param>
    public TcpTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        _settings = TcpSettings.From(config, system.Settings.Config);
        Log = Logging.GetLogger(system, typeof(TcpTransport));
        _tls = Tls(_settings.Tls);
        PeerLinks.Of(system).Tls = _tls;
        SchemeIdentifier = _tls is null ? Plain : WithTls;
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
            Prepare(socket);
            Channel channel = _tls is null ? new TcpChannel(socket, MostWaiting)
                : await _tls.ConnectAsync(socket, remoteAddress.Host, MostWaiting, timeout.Token).ConfigureAwait(false);
            return Link(socket, remoteAddress, channel);
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException
            or ObjectDisposedException or AuthenticationException or IOException)
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
        _tls?.Dispose();
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

    /// <summary>Logs that another system was refused.</summary>
    /// <param name="link">The link to it.</param>
    /// <param name="reason">Why, as the end of a sentence about the system.</param>
    public void Refused(TcpLink link, string reason) =>
        _tls?.Refused(link.RemoteAddress.Host, reason);

    /// <summary>Logs that a connection is cut, unless it was said just before.</summary>
    /// <param name="link">The link.</param>
    /// <param name="reason">Why, in a sentence.</param>
    public void ReportCut(TcpLink link, string reason)
    {
        string cut = $"{link.RemoteAddress.Host} {reason}";
        long now = Environment.TickCount64;
        if (cut == Interlocked.Exchange(ref _cut, cut) && now - Interlocked.Read(ref _cutAt) < CutAgainAfterMs)
            return;
        Interlocked.Exchange(ref _cutAt, now);
        Log.Error("The connection from {0} is cut: {1}", link.RemoteAddress, reason);
    }

    /// <summary>Logs that a message was dropped because too many bytes wait to be sent.</summary>
    public void ReportFull(TcpLink link)
    {
        if (Interlocked.Exchange(ref _reportedFull, 1) == 0)
            Log.Warning("Messages to {0} are dropped: it has not taken in {1} MiB yet.", link.RemoteAddress,
                MostWaiting >> 20);
    }

    private Address AddressAt(string host, int port) => new(SchemeIdentifier, System.Name, host, port);

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
                // A handshake takes a while, and others must not wait for it.
                if (_tls is null)
                    Take(socket, new TcpChannel(socket, MostWaiting), listener);
                else
                    _ = ShakeHandsAsync(socket, _tls, listener);
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

    private async Task ShakeHandsAsync(Socket socket, RemoteTls tls, IAssociationEventListener listener)
    {
        int underWay = Interlocked.Increment(ref _handshakes);
        try
        {
            string from = ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString();
            if (underWay > MostHandshakes)
            {
                socket.Dispose();
                tls.Refused(from, $"{MostHandshakes} other systems are in the middle of a TLS handshake");
            }
            else if (await tls.AcceptAsync(socket, from, MostWaiting).ConfigureAwait(false) is { } channel)
            {
                Take(socket, channel, listener);
            }
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or IOException)
        {
            // The connection broke before its handshake.
            socket.Dispose();
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }
    }

    private void Take(Socket socket, Channel channel, IAssociationEventListener listener)
    {
        try
        {
            Prepare(socket);
            var remote = (IPEndPoint)socket.RemoteEndPoint!;
            var link = Link(socket, AddressAt(remote.Address.ToString(), remote.Port), channel);
            listener.Notify(new InboundAssociation(link));
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            // The connection broke.
            socket.Dispose();
        }
    }

    private RemoteTls? Tls(TcpTlsSettings? settings)
    {
        try
        {
            return settings is null ? null : new RemoteTls(settings, Log);
        }
        catch (TlsFileException problem)
        {
            throw new ConfigurationException($"{TcpSettings.Path}.tls: {problem.Message}", problem);
        }
    }

    private void Prepare(Socket socket)
    {
        socket.NoDelay = _settings.NoDelay;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, _settings.KeepAlive);
    }

    private TcpLink Link(Socket socket, Address remote, Channel channel)
    {
        var local = AddressAt(_settings.Hostname, ((IPEndPoint)socket.LocalEndPoint!).Port);
        var link = new TcpLink(this, local, remote, channel);
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
