using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RaftActors.Bench;

/// <summary>One HTTP/1.1 connection that sends a request and reads its answer, over and over: with less processor time than a general client, which on this machine the nodes would miss.</summary>
internal sealed class HttpConnection : IDisposable
{
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _filled;

    /// <summary>Whether the last answer, a problem whose length the node did not say, was left unread: the connection can serve no further request.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Connects.</summary>
    public static async Task<HttpConnection> ConnectAsync(IPEndPoint endpoint, CancellationToken stop)
    {
        var connection = new HttpConnection();
        try
        {
            await connection._socket.ConnectAsync(endpoint, stop);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Builds a request, with a body unless that is empty.</summary>
    public static byte[] Request(string method, string key, IPEndPoint endpoint, ReadOnlySpan<byte> body)
    {
        var length = body.IsEmpty ? "" : $"Content-Length: {body.Length}\r\n";
        return [.. Encoding.ASCII.GetBytes($"{method} /kv/{key} HTTP/1.1\r\nHost: {endpoint}\r\n{length}\r\n"), .. body];
    }

    /// <summary>Sends a request and reads the answer to its end.</summary>
    /// <returns>The status code.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="EndOfStreamException">The node closed it.</exception>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request, CancellationToken stop)
    {
        while (request.Length > 0)
            request = request[await _socket.SendAsync(request, stop)..];
        int headers;
        while ((headers = _buffer.AsSpan(0, _filled).IndexOf(HeaderEnd)) < 0)
            await FillAsync(stop);
        var (status, length) = Parse(_buffer.AsSpan(0, headers));
        if (length < 0)
        {
            IsSpent = true;
            return status;
        }
        var end = headers + HeaderEnd.Length + length;
        while (_filled < end)
            await FillAsync(stop);
        _buffer.AsSpan(end, _filled - end).CopyTo(_buffer);
        _filled -= end;
        return status;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async ValueTask FillAsync(CancellationToken stop)
    {
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), stop);
        if (read == 0)
            throw new EndOfStreamException("The node closed the connection.");
        _filled += read;
    }

    private static (int Status, int Length) Parse(ReadOnlySpan<byte> headers)
    {
        var status = int.Parse(headers.Slice("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        var at = headers.IndexOf("Content-Length: "u8);
        if (at < 0)
            return (status, status == 204 ? 0 : -1);
        var digits = headers[(at + "Content-Length: ".Length)..];
        var lineEnd = digits.IndexOf((byte)'\r');
        return (status, int.Parse(lineEnd < 0 ? digits : digits[..lineEnd], NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
