using System.Net;
using System.Net.Sockets;

namespace RaftNode.Host.Node;

/// <summary>Checks whether a port is free, before anything is started that would fail half-way.</summary>
internal static class Ports
{
    /// <summary>Binds the port and releases it.</summary>
    /// <param name="what">What the port is for, for the message.</param>
    /// <param name="host">A host name or address of this machine.</param>
    /// <param name="port">The port.</param>
    /// <exception cref="NodeStartException">Another process has the port, or the host is not this machine.</exception>
    public static void EnsureFree(string what, string host, int port)
    {
        try
        {
            var address = IPAddress.TryParse(host, out var ip) ? ip : Dns.GetHostAddresses(host)[0];
            using var listener = new TcpListener(address, port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new NodeStartException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"the port {port} on {host} ({what}) is in use by another process; end it, or choose another port",
                SocketError.AccessDenied => $"the port {port} on {host} ({what}) may not be used by this user",
                SocketError.AddressNotAvailable => $"{host} ({what}) is not an address of this machine",
                _ => $"{host}:{port} ({what}) cannot be listened on: {e.Message}",
            }, e);
        }
    }
}
