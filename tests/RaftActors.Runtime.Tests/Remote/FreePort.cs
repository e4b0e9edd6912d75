using System.Net;
using System.Net.Sockets;

namespace RaftActors.Runtime.Tests.Remote;

internal static class FreePort
{
    /// <summary>A port that nobody listens on.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
