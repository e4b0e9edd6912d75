using System.Net;
using System.Net.Sockets;

namespace RaftActors.Runtime.Tests.Remote;

/// <summary>Stands before a system's port: what other systems send there can be swallowed, and connections can be cut.</summary>
internal sealed class Proxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private volatile bool _refusing;

    public Proxy()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Where connections lead.</summary>
    public int Target { get; set; }

    /// <summary>From now on nothing arrives, on either side, and nobody can tell.</summary>
    public bool Swallows { get; set; }

    /// <summary>Closes all connections; new ones are still made.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }
    }

    public void Dispose()
    {
        _refusing = true;
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        while (!_refusing)
        {
            Socket incoming;
            try
            {
                incoming = await _listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            var outgoing = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            lock (_sockets)
                _sockets.AddRange([incoming, outgoing]);
            _ = ConnectAsync(incoming, outgoing);
        }
    }

    private async Task ConnectAsync(Socket incoming, Socket outgoing)
    {
        try
        {
            await outgoing.ConnectAsync(IPAddress.Loopback, Target);
            await Task.WhenAny(PumpAsync(incoming, outgoing), PumpAsync(outgoing, incoming));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the one is the end of the other.
        }
        incoming.Dispose();
        outgoing.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                for (var sent = 0; sent < count && !Swallows;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
