using System.Net;
using System.Net.Sockets;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>A connection from one node to another, through a proxy.</summary>
internal sealed class ProxiedConnection(Socket incoming, int to) : IDisposable
{
    private readonly Socket _outgoing =
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _end = new();
    private int _disposed;

    /// <summary>The node that made it; -1 until it has said who it is.</summary>
    public int From { get; private set; } = -1;

    /// <summary>The node that it leads to.</summary>
    public int To { get; } = to;

    /// <summary>Reads the first frame, and so who calls.</summary>
    /// <returns>What was read.</returns>
    public async Task<byte[]> GreetingAsync(int firstPublicPort)
    {
        incoming.NoDelay = true;
        var (buffer, filled) = (new byte[1 << 12], 0);
        while (true)
        {
            var count = await incoming.ReceiveAsync(buffer.AsMemory(filled), _end.Token);
            if (count == 0)
                throw new InvalidDataException("It ended before its first frame.");
            filled += count;
            if (Origin.PortOf(buffer.AsSpan(0, filled)) is { } port)
            {
                From = port - firstPublicPort;
                return buffer[..filled];
            }
        }
    }

    /// <summary>
    /// Connects to the node and carries bytes both ways until either end is closed or the connection broken.
    /// </summary>
    public async Task RunAsync(byte[] greeting, int port, Link there, Link back)
    {
        await there.PassAsync(_end.Token);
        await _outgoing.ConnectAsync(IPAddress.Loopback, port, _end.Token);
        await SendAsync(_outgoing, greeting);
        await await Task.WhenAny(PumpAsync(incoming, _outgoing, there), PumpAsync(_outgoing, incoming, back));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        _end.Cancel();
        // Not in order: what is under way is lost, as when a cable is pulled and the other end finds out.
        incoming.LingerState = new LingerOption(true, 0);
        incoming.Dispose();
        _outgoing.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, Link link)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReceiveAsync(buffer, _end.Token) is var count and > 0)
        {
            await link.PassAsync(_end.Token);
            await SendAsync(to, buffer.AsMemory(0, count));
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes, _end.Token)..];
    }
}
