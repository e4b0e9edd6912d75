using System.Text;

namespace RaftNode.Host.Commands;

/// <summary>A server-sent event.</summary>
/// <param name="Type">The type.</param>
/// <param name="Data">The data.</param>
/// <param name="Id">The id that came with the event; empty if none did.</param>
internal sealed record ServerSentEvent(string Type, string Data, string Id);

/// <summary>Reads the server-sent events of an answer (WHATWG HTML, 9.2.6).</summary>
/// <remarks>
/// The <c>SseParser</c> of .NET takes over an id as soon as the line with the id has come. If the connection breaks
/// before the event is complete, a client that resumes with that id misses the event.
/// </remarks>
/// <param name="response">The answer, whose body was not read yet.</param>
/// <param name="lastId">The id with which the events were asked for.</param>
internal sealed class EventStreamReader(HttpResponseMessage response, string lastId) : IDisposable
{
    // Nodes send an id after raftnode.watch.keep-alive, 15 s by default. A node that is silent for longer than this is
    // lost, although its connection is still open.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private StreamReader? _reader;

    /// <summary>The last id of a complete event, or of a block that has only an id.</summary>
    public string LastId { get; private set; } = lastId;

    /// <summary>Reads the next event.</summary>
    /// <returns>The event; <c>null</c> if there are no more, or if the connection is lost.</returns>
    /// <exception cref="OperationCanceledException">The caller stopped the reading.</exception>
    public async Task<ServerSentEvent?> NextAsync(CancellationToken stop)
    {
        try
        {
            _reader ??= new StreamReader(await response.Content.ReadAsStreamAsync(stop), Encoding.UTF8);
            var (type, data, id) = ("message", "", "");
            while (await LineAsync(_reader, stop) is { } line)
            {
                if (line.Length == 0)
                {
                    LastId = id.Length > 0 ? id : LastId;
                    if (data.Length > 0)
                        return new ServerSentEvent(type, data, id);
                    (type, data, id) = ("message", "", "");
                    continue;
                }
                var colon = line.IndexOf(':');
                var value = colon < 0 ? "" : line[(colon + 1)..];
                value = value.StartsWith(' ') ? value[1..] : value;
                switch (colon < 0 ? line : line[..colon])
                {
                    case "event":
                        type = value;
                        break;
                    case "data":
                        data += data.Length > 0 ? $"\n{value}" : value;
                        break;
                    case "id":
                        id = value;
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            // The connection is lost. The caller goes on at another node, after the last complete event.
        }
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader?.Dispose();

    private static Task<string?> LineAsync(StreamReader reader, CancellationToken stop) =>
        reader.ReadLineAsync(stop).AsTask().WaitAsync(LongestSilence, stop);
}
