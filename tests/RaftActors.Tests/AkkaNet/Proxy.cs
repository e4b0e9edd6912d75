using System.Net;
using System.Net.Sockets;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// Stands before a system's port. It can cut the connections that lead through it as the death of a process does, or
/// let them go silent as a loss of power does.
/// </summary>
internal sealed class Proxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private volatile bool _isSilent;

    public Proxy()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>Where others connect to.</summary>
    public int Port { get; }

    /// <summary>Where connections lead.</summary>
    public int Target { get; set; }

    /// <summary>A port of the loopback interface that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Resets all connections; new ones can be made.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            // A close that waits for nothing is a reset, as after a kill.
            foreach (var socket in _sockets)
                socket.Close(0);
            _sockets.Clear();
        }
    }

    /// <summary>Keeps all connections open, and lets nothing pass from now on.</summary>
    public void GoSilent() => _isSilent = true;

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var incoming = await _listener.AcceptSocketAsync();
                var outgoing = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                lock (_sockets)
                    _sockets.AddRange([incoming, outgoing]);
                _ = ConnectAsync(incoming, outgoing);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The proxy has been disposed.
        }
    }

    private async Task ConnectAsync(Socket incoming, Socket outgoing)
    {
        try
        {
            await outgoing.ConnectAsync(IPAddress.Loopback, Target);
            await Task.WhenAny(PumpAsync(incoming, outgoing), PumpAsync(outgoing, incoming));
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Nobody listens at the target, or the connection was cut: both ends are closed below.
        }
        incoming.Dispose();
        outgoing.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[1 << 16];
        while (await from.ReceiveAsync(buffer) is var count and > 0)
        {
            if (!_isSilent)
                await to.SendAsync(buffer.AsMemory(0, count));
        }
    }
}
