using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Http;

/// <summary>
/// Writes server-sent events. The last event id is that of the last entry up to which everything was sent, so that who
/// resumes after it misses nothing.
/// </summary>
internal sealed class EventStreamWriter(PipeWriter body) : IDisposable
{
    private const int MostUnflushed = 64 * 1024;

    // A stream of events is no part of a page of HTML: quotes and letters stay what they are.
    private readonly Utf8JsonWriter _json =
        new(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>A key has a value.</summary>
    /// <param name="change">The key and value.</param>
    /// <param name="position">Where it is in the log.</param>
    /// <param name="isResumable">Whether who has seen this has seen everything before.</param>
    public void Put(Change change, Position position, bool isResumable) => Write("put", change, position, isResumable);

    /// <summary>A key's value was deleted.</summary>
    public void Delete(Change change, Position position) => Write("delete", change, position, isResumable: true);

    /// <summary>What the receiver knows is too old: forget it, the present state follows.</summary>
    public void Reset(Position position) => Text($"event: reset\ndata: {{\"index\":{Number(position.Index)}}}\n\n");

    /// <summary>The state was sent.</summary>
    public void Current(Position position) =>
        Text($"event: current\nid: {position}\ndata: {{\"index\":{Number(position.Index)}}}\n\n");

    /// <summary>
    /// No event: only the id from which to resume. A receiver that knows the format dispatches nothing.
    /// </summary>
    public void Id(Position position) => Text($"id: {position}\n\n");

    /// <summary>Lets the receiver have what was written, once it is much; waits while the receiver is slow.</summary>
    public async ValueTask FlushIfMuchAsync(CancellationToken cancellation)
    {
        if (body.UnflushedBytes >= MostUnflushed)
            await FlushAsync(cancellation);
    }

    /// <summary>Lets the receiver have what was written; waits while the receiver is slow.</summary>
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
