using System.Net;
using System.Net.Sockets;

namespace RaftNode.Host.Node;

/// <summary>Looks whether a port can be had, before anything is started that would only fail half-way.</summary>
internal static class Ports
{
    /// <summary>Binds the port and lets it go again.</summary>
    /// <param name="what">What the port is for, as the message shall say.</param>
    /// <param name="host">A host name or address of this machine.</param>
    /// <param name="port">The port.</param>
    /// <exception cref="NodeStartException">Another process has it, or the host is not this machine.</exception>
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
