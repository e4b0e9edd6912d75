using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace RaftActors.Bench;

/// <summary>An answer over HTTP.</summary>
/// <param name="Status">The status code.</param>
/// <param name="HasRetryAfter">Whether the answer says when to try again.</param>
/// <param name="IsOverload">Whether the answer says that the node has too much to do.</param>
internal readonly record struct HttpAnswer(int Status, bool HasRetryAfter, bool IsOverload = false)
{
    /// <summary>The meaning of the answer for a put or get.</summary>
    public Outcome Outcome => Status switch
    {
        200 or 201 or 204 => Outcome.Done,
        429 or 503 when IsOverload => HasRetryAfter ? Outcome.Refused : Outcome.RefusedWithoutAdvice,
        _ => Outcome.Failed,
    };
}

/// <summary>
/// One HTTP/1.1 connection that sends a request and reads its answer, over and over. It needs less processor time than
/// a general client; that time is missing for the nodes on the same machine.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private SslStream? _tls;
    private byte[] _buffer = new byte[4096];
    private int _filled;

    /// <summary>
    /// Whether the node closes the connection after the last answer, so that the connection cannot be used again.
    /// </summary>
    public bool IsSpent { get; private set; }

    /// <summary>Connects.</summary>
    public static async Task<HttpConnection> ConnectAsync(HttpTarget target, CancellationToken stop)
    {
        var connection = new HttpConnection();
        try
        {
            await connection._socket.ConnectAsync(target.Endpoint, stop);
            if (target.Tls() is { } tls)
            {
                connection._tls = new SslStream(new NetworkStream(connection._socket, ownsSocket: true));
                await connection._tls.AuthenticateAsClientAsync(tls, stop);
            }
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Builds a request. It has a body unless <paramref name="body"/> is empty.</summary>
    public static byte[] Request(string method, string key, HttpTarget target, ReadOnlySpan<byte> body)
    {
        var length = body.IsEmpty ? "" : $"Content-Length: {body.Length}\r\n";
        var head = $"{method} /kv/{key} HTTP/1.1\r\nHost: {target.Endpoint}\r\n{target.Security?.Header}{length}\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    /// <summary>Sends a request and reads the answer to its end.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="EndOfStreamException">The node closed the connection.</exception>
    public async ValueTask<HttpAnswer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken stop)
    {
        if (_tls is not null)
            await _tls.WriteAsync(request, stop);
        while (_tls is null && request.Length > 0)
            request = request[await _socket.SendAsync(request, stop)..];
        int headers;
        while ((headers = _buffer.AsSpan(0, _filled).IndexOf(HeaderEnd)) < 0)
            await FillAsync(stop);
        var (answer, length) = Parse(_buffer.AsSpan(0, headers));
        var end = headers + HeaderEnd.Length;
        if (length is { } bytes)
        {
            end += bytes;
            while (_filled < end)
                await FillAsync(stop);
        }
        else
        {
            // A body in chunks is a problem, whose text has no line breaks.
            int last;
            while ((last = _buffer.AsSpan(end, _filled - end).IndexOf(LastChunk)) < 0)
                await FillAsync(stop);
            end += last + LastChunk.Length;
        }
        if (answer.Outcome == Outcome.Failed)
            answer = answer with { IsOverload = _buffer.AsSpan(headers, end - headers)
                .IndexOf("urn:raftnode:overloaded"u8) >= 0 };
        _buffer.AsSpan(end, _filled - end).CopyTo(_buffer);
        _filled -= end;
        return answer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    private async ValueTask FillAsync(CancellationToken stop)
    {
        if (_filled == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        var room = _buffer.AsMemory(_filled);
        var read = await (_tls is null ? _socket.ReceiveAsync(room, stop) : _tls.ReadAsync(room, stop));
        if (read == 0)
            throw new EndOfStreamException("The node closed the connection.");
        _filled += read;
    }

    private (HttpAnswer Answer, int? Length) Parse(ReadOnlySpan<byte> headers)
    {
        var status = int.Parse(headers.Slice("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        IsSpent = headers.IndexOf("Connection: close"u8) >= 0;
        var answer = new HttpAnswer(status, headers.IndexOf("Retry-After: "u8) >= 0);
        var at = headers.IndexOf("Content-Length: "u8);
        if (at < 0)
            return (answer, headers.IndexOf("Transfer-Encoding: chunked"u8) >= 0 ? null : 0);
        var digits = headers[(at + "Content-Length: ".Length)..];
        var lineEnd = digits.IndexOf((byte)'\r');
        return (answer, int.Parse(lineEnd < 0 ? digits : digits[..lineEnd], NumberStyles.None,
            CultureInfo.InvariantCulture));
    }
}
