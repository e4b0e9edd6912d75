using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>Sockets. No thread is bound to one: the operating system says when there is something to do, and a thread of the pool does it.</summary>
internal sealed class TcpTransport(TcpSettings settings, IScheduler scheduler) : Transport
{
    /// <summary>How long to wait when the process may not open any more files.</summary>
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(100);

    private Socket? _listener;

    public override int Listen(Action<Channel> accepted)
    {
        IPEndPoint? endpoint = null;
        try
        {
            endpoint = new IPEndPoint(Resolve(settings.Hostname), settings.Port);
            var listener = _listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            SetBuffers(listener);
            // The address may not be shared with another process, but need not wait for old connections to time out: that is what Bind does by itself.
            listener.Bind(endpoint);
            listener.Listen(settings.Backlog);
            Accept(listener, accepted);
            return ((IPEndPoint)listener.LocalEndPoint!).Port;
        }
        catch (SocketException e)
        {
            _listener?.Dispose();
            var where = endpoint?.ToString() ?? $"{settings.Hostname}:{settings.Port.ToString(CultureInfo.InvariantCulture)}";
            throw new RemoteTransportException($"Remoting cannot listen on {where}: {Reason(e)}", e);
        }
    }

    public override void Connect(Address remote, Action<Channel?, Exception?> connected, CancellationToken cancellation) =>
        _ = ConnectAsync(remote, connected, cancellation);

    public override void StopListening() => _listener?.Dispose();

    private static string Reason(SocketException e) =>
        e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "the port is in use" : e.Message;

    private async Task ConnectAsync(Address remote, Action<Channel?, Exception?> connected, CancellationToken cancellation)
    {
        Socket? socket = null;
        TcpChannel channel;
        try
        {
            var address = IPAddress.TryParse(remote.Host, out var ip) ? ip : await ResolveAsync(remote.Host!, cancellation).ConfigureAwait(false);
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            SetBuffers(socket);
            await socket.ConnectAsync(new IPEndPoint(Reachable(address), remote.Port!.Value), cancellation).ConfigureAwait(false);
            channel = NewChannel(socket);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket?.Dispose();
            connected(null, e);
            return;
        }
        connected(channel, null);
    }

    /// <summary>A system that listens everywhere may call itself by that address.</summary>
    private static IPAddress Reachable(IPAddress address)
    {
        if (address.Equals(IPAddress.Any))
            return IPAddress.Loopback;
        return address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
    }

    private IPAddress Resolve(string host) =>
        IPAddress.TryParse(host, out var ip) ? ip : Pick(host, Dns.GetHostAddresses(host, Family));

    private async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellation) =>
        Pick(host, await Dns.GetHostAddressesAsync(host, Family, cancellation).ConfigureAwait(false));

    private AddressFamily Family => settings.UseIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    /// <summary>Akka takes the last one, too.</summary>
    private static IPAddress Pick(string host, IPAddress[] addresses) =>
        addresses.Length > 0 ? addresses[^1] : throw new SocketException((int)SocketError.HostNotFound, $"{host} has no address of the right family");

    private void Accept(Socket listener, Action<Channel> accepted)
    {
        var accept = new SocketAsyncEventArgs(true);
        accept.Completed += (_, _) =>
        {
            if (Accepted())
                AcceptNext();
        };
        AcceptNext();

        void AcceptNext()
        {
            try
            {
                do
                    accept.AcceptSocket = null;
                while (!listener.AcceptAsync(accept) && Accepted());
            }
            catch (ObjectDisposedException)
            {
                accept.Dispose();
            }
        }

        bool Accepted()
        {
            switch (accept.SocketError)
            {
                case SocketError.Success:
                    Report(accept.AcceptSocket!, accepted);
                    return true;
                case SocketError.ConnectionReset or SocketError.ConnectionAborted:
                    return true;
                case SocketError.OperationAborted:
                    return false;
                default:
                    scheduler.Advanced.ScheduleOnce(AcceptAgainAfter, AcceptNext);
                    return false;
            }
        }
    }

    private void Report(Socket socket, Action<Channel> accepted)
    {
        TcpChannel channel;
        try
        {
            channel = NewChannel(socket);
        }
        catch (SocketException)
        {
            // It broke while it waited to be accepted.
            socket.Dispose();
            return;
        }
        accepted(channel);
    }

    private TcpChannel NewChannel(Socket socket)
    {
        socket.NoDelay = settings.NoDelay;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, settings.KeepAlive);
        return new TcpChannel(socket, settings.OutboundBufferSize);
    }

    private void SetBuffers(Socket socket)
    {
        if (settings.SendBufferSize > 0)
            socket.SendBufferSize = settings.SendBufferSize;
        if (settings.ReceiveBufferSize > 0)
            socket.ReceiveBufferSize = settings.ReceiveBufferSize;
    }
}
