using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RaftActors.Linearizability.KeyValue;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>
/// One client's connection to one node. Unlike a general client it never sends a request twice: each is one operation
/// of a history.
/// </summary>
internal sealed class PlainHttp(IPEndPoint endpoint) : IStoreConnection
{
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();

    private readonly byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;

    /// <summary>Connects, unless it is connected.</summary>
    /// <exception cref="SocketException">Nobody listens there: nothing was sent.</exception>
    public async Task ConnectAsync(CancellationToken stop)
    {
        if (_socket is not null)
            return;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, stop);
            _socket = socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<PlainAnswer> AskAsync(KeyValueInput input, string? tag, CancellationToken stop) =>
        SendAsync(Method(input), $"/kv/{input.Key}", tag is null ? null : $"If-Match: {tag}", input.Value, stop);

    /// <summary>
    /// Sends a request and reads the answer. After an exception nobody can say what became of it, and the connection is
    /// closed.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="header">A header line, or none.</param>
    /// <param name="body">The body; <c>null</c> for none.</param>
    /// <param name="stop">When to give up.</param>
    private async Task<PlainAnswer> SendAsync(string method, string path, string? header, string? body,
        CancellationToken stop)
    {
        var socket = _socket ?? throw new InvalidOperationException("It is not connected.");
        try
        {
            var length = body is null ? "" : $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
            ReadOnlyMemory<byte> request = Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: "
                + $"{endpoint}\r\n{length}{(header is null ? "" : header + "\r\n")}\r\n{body}");
            while (request.Length > 0)
                request = request[await socket.SendAsync(request, stop)..];
            return await ReadAsync(socket, stop);
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private static string Method(KeyValueInput input) => input switch
    {
        { Kind: KeyValueKind.Get } => "GET",
        { Kind: KeyValueKind.Create } => "POST",
        { Value: null } => "DELETE",
        _ => "PUT",
    };

    private async Task<PlainAnswer> ReadAsync(Socket socket, CancellationToken stop)
    {
        var (filled, headers) = (0, -1);
        while ((headers = _buffer.AsSpan(0, filled).IndexOf(HeaderEnd)) < 0)
            filled += await FillAsync(socket, filled, stop);
        var lines = Encoding.ASCII.GetString(_buffer, 0, headers).Split("\r\n");
        var status = int.Parse(lines[0].AsSpan("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        var tag = Value(lines, "ETag");
        if (Value(lines, "Content-Length") is not { } said)
        {
            // Without a length there is no body after 204; the problems of other answers are not read, and the
            // connection is of no further use.
            if (status != 204)
                Close();
            return new PlainAnswer(status, tag, "");
        }
        var (start, count) =
            (headers + HeaderEnd.Length, int.Parse(said, NumberStyles.None, CultureInfo.InvariantCulture));
        while (filled < start + count)
            filled += await FillAsync(socket, filled, stop);
        return new PlainAnswer(status, tag, Encoding.UTF8.GetString(_buffer, start, count));
    }

    private async Task<int> FillAsync(Socket socket, int filled, CancellationToken stop) =>
        await socket.ReceiveAsync(_buffer.AsMemory(filled), stop) is var read and > 0
            ? read
            : throw new EndOfStreamException("The node closed the connection.");

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private static string? Value(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase)) is { } line
            ? line[(name.Length + 2)..]
            : null;
}

/// <summary>What a node answered.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Tag">The ETag, with its quotes.</param>
/// <param name="Body">The value; empty for a problem.</param>
internal sealed record PlainAnswer(int Status, string? Tag, string Body);
