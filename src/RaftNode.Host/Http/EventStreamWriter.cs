using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Http;

/// <summary>
/// Writes server-sent events. The last event id names the last entry up to which everything was sent. So a client that
/// resumes after it misses nothing.
/// </summary>
internal sealed class EventStreamWriter(PipeWriter body) : IDisposable
{
    private const int MostUnflushed = 64 * 1024;

    // A stream of events is no part of an HTML page, so quotes and letters need no escaping.
    private readonly Utf8JsonWriter _json =
        new(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>A key has a value.</summary>
    /// <param name="change">The key and value.</param>
    /// <param name="position">The position of the write in the log.</param>
    /// <param name="isResumable">Whether a client that has seen this event has seen everything before it.</param>
    public void Put(Change change, Position position, bool isResumable) => Write("put", change, position, isResumable);

    /// <summary>A key's value was deleted.</summary>
    public void Delete(Change change, Position position) => Write("delete", change, position, isResumable: true);

    /// <summary>The client's state is too old. The client must forget it; the present state follows.</summary>
    public void Reset(Position position) => Text($"event: reset\ndata: {{\"index\":{Number(position.Index)}}}\n\n");

    /// <summary>The whole state has been sent.</summary>
    public void Current(Position position) =>
        Text($"event: current\nid: {position}\ndata: {{\"index\":{Number(position.Index)}}}\n\n");

    /// <summary>
    /// Only the id from which to resume, without an event. A client that knows the format dispatches no event.
    /// </summary>
    public void Id(Position position) => Id(position.ToString());

    /// <inheritdoc cref="Id(Position)"/>
    public void Id(string id) => Text($"id: {id}\n\n");

    /// <summary>An event of any type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="json">The data: JSON in one line.</param>
    /// <param name="id">The id from which to resume; empty to leave it as it is.</param>
    public void Plain(string type, ReadOnlySpan<byte> json, string id)
    {
        Text(id.Length > 0 ? $"id: {id}\nevent: {type}\ndata: " : $"event: {type}\ndata: ");
        body.Write(json);
        Text("\n\n");
    }

    /// <summary>Flushes what was written if it is much. Waits while the receiver is slow.</summary>
    public async ValueTask FlushIfMuchAsync(CancellationToken cancellation)
    {
        if (body.UnflushedBytes >= MostUnflushed)
            await FlushAsync(cancellation);
    }

    /// <summary>Flushes what was written. Waits while the receiver is slow.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await body.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Write(string type, Change change, Position position, bool isResumable)
    {
        Text(isResumable ? $"id: {position}\nevent: {type}\ndata: " : $"event: {type}\ndata: ");
        _json.Reset(body);
        _json.WriteStartObject();
        _json.WriteString("key", change.Key);
        _json.WriteNumber("version", change.Index);
        _json.WriteString("etag", $"\"{position}\"");
        if (change.Value is { } value)
            _json.WriteBase64String("value", value.Span);
        _json.WriteEndObject();
        _json.Flush();
        Text("\n\n");
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, body);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
