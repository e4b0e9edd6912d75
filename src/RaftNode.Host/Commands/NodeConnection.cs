using System.Net;
using System.Net.Sockets;

namespace RaftNode.Host.Commands;

/// <summary>Makes connections to nodes.</summary>
internal static class NodeConnection
{
    /// <summary>Makes the handler of an <see cref="HttpClient"/>. It uses no proxy.</summary>
    /// <param name="limit">How long it may take to connect.</param>
    /// <param name="credentials">By what nodes are known, and how the client proves who it is.</param>
    public static SocketsHttpHandler Handler(TimeSpan limit, NodeCredentials? credentials = null) => new()
    {
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, limit, cancellation),
        SslOptions = (credentials ?? NodeCredentials.None).Tls(),
        UseProxy = false,
        AllowAutoRedirect = false,
    };

    /// <summary>Makes a client for nodes.</summary>
    /// <param name="limit">How long it may take to connect.</param>
    /// <param name="timeout">How long an answer may take.</param>
    /// <param name="credentials">By what nodes are known, and how the client proves who it is.</param>
    public static HttpClient Client(TimeSpan limit, TimeSpan timeout, NodeCredentials? credentials = null)
    {
        var client = new HttpClient(Handler(limit, credentials)) { Timeout = timeout };
        client.DefaultRequestHeaders.Authorization = credentials?.Authorization;
        return client;
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint node, TimeSpan limit,
        CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // The wait needs a limit of its own, because a name that is being resolved cannot be cancelled.
            await socket.ConnectAsync(node, cancellation).AsTask().WaitAsync(limit, cancellation);
            // HttpClient reads this property later. If the connection has broken by then, HttpClient takes the error
            // for another one.
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
