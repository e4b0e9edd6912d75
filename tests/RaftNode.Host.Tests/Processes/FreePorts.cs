using System.Net;
using System.Net.Sockets;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// Ports that nobody listens on, below those that the operating system hands out for outgoing connections: a node that
/// is killed finds its port again.
/// </summary>
internal static class FreePorts
{
    private const int First = 21_000;
    private const int End = 31_000;

    /// <summary>The first of a number of consecutive free ports.</summary>
    public static int Range(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(First, End - count);
            if (Enumerable.Range(first, count).All(IsFree))
                return first;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
