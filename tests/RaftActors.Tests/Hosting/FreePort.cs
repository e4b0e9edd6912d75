using System.Net;
using System.Net.Sockets;

namespace RaftActors.Tests.Hosting;

/// <summary>Ports of 127.0.0.1 that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>Draws some, all different.</summary>
    public static int[] Draw(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static each => each.Start());
        int[] ports = [.. listeners.Select(static each => ((IPEndPoint)each.LocalEndpoint).Port)];
        listeners.ForEach(static each => each.Dispose());
        return ports;
    }
}
