using System.Net;
using System.Net.Sockets;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>
/// The network between the nodes: before each node stands a proxy at the address that the others know, which tells from
/// the handshake who calls. So each direction between two nodes can be cut, slowed or broken by itself, without any
/// privilege.
/// </summary>
internal sealed class ClusterLinks : IDisposable
{
    private readonly int _nodes;
    private readonly int _publicPort;
    private readonly int _ownPort;
    private readonly Link[,] _links;
    private readonly List<TcpListener> _listeners = [];
    private readonly List<ProxiedConnection> _connections = [];

    /// <param name="nodes">How many nodes.</param>
    /// <param name="publicPort">The port at which the first is known to the others; the others follow.</param>
    /// <param name="ownPort">The port at which the first listens.</param>
    public ClusterLinks(int nodes, int publicPort, int ownPort)
    {
        (_nodes, _publicPort, _ownPort) = (nodes, publicPort, ownPort);
        _links = new Link[nodes, nodes];
        for (var i = 0; i < nodes * nodes; i++)
            _links[i / nodes, i % nodes] = new Link();
        for (var node = 0; node < nodes; node++)
        {
            var listener = new TcpListener(IPAddress.Loopback, publicPort + node);
            listener.Start();
            _listeners.Add(listener);
            _ = AcceptAsync(listener, node);
        }
    }

    /// <summary>The direction from one node to another.</summary>
    public Link this[int from, int to] => _links[from, to];

    /// <summary>Closes all connections between two nodes, wherever in a message they are.</summary>
    public void Break(int one, int other)
    {
        foreach (var connection in Connections()
            .Where(c => (c.From == one && c.To == other) || (c.From == other && c.To == one)))
            connection.Dispose();
    }

    /// <summary>Everything arrives again, between all nodes.</summary>
    public void Heal()
    {
        foreach (var link in _links)
            link.Heal();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listeners.ForEach(listener => listener.Dispose());
        foreach (var connection in Connections())
            connection.Dispose();
    }

    private List<ProxiedConnection> Connections()
    {
        lock (_connections)
            return [.. _connections];
    }

    private async Task AcceptAsync(TcpListener listener, int to)
    {
        while (true)
        {
            Socket incoming;
            try
            {
                incoming = await listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = ServeAsync(incoming, to);
        }
    }

    private async Task ServeAsync(Socket incoming, int to)
    {
        using var connection = new ProxiedConnection(incoming, to);
        lock (_connections)
            _connections.Add(connection);
        try
        {
            var greeting = await connection.GreetingAsync(_publicPort);
            // Whoever else calls is a client: nothing befalls it but what befalls the nodes.
            var isNode = connection.From >= 0 && connection.From < _nodes;
            await connection.RunAsync(greeting, _ownPort + to, isNode ? _links[connection.From, to] : new Link(),
                isNode ? _links[to, connection.From] : new Link());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException
            or InvalidDataException)
        {
            // The end of the one side is the end of the other.
        }
        lock (_connections)
            _connections.Remove(connection);
    }
}
