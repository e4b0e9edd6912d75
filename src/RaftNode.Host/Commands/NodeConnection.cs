using System.Net;
using System.Net.Sockets;

namespace RaftNode.Host.Commands;

/// <summary>How connections to nodes are made.</summary>
internal static class NodeConnection
{
    /// <summary>Makes what an <see cref="HttpClient"/> connects with: without a proxy.</summary>
    /// <param name="limit">How long a connection may take to be made.</param>
    public static SocketsHttpHandler Handler(TimeSpan limit) => new()
    {
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, limit, cancellation),
        UseProxy = false,
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint node, TimeSpan limit,
        CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Waited for from outside: a name that is being resolved heeds no cancellation.
            await socket.ConnectAsync(node, cancellation).AsTask().WaitAsync(limit, cancellation);
            // HttpClient asks for it later, where it takes the error of a connection that is gone again for none of its
            // own.
            _ = socket.RemoteEndPoint;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is TimeoutException)
                throw new SocketException((int)SocketError.TimedOut);
            throw;
        }
    }
}
