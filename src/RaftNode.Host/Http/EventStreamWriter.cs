using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Http;

/// <summary>Writes server-sent events. The last event id is that of the last entry up to which everything was sent, so that who resumes after it misses nothing.</summary>
internal sealed class EventStreamWriter(PipeWriter body) : IDisposable
{
    private const int MostUnflushed = 64 * 1024;

    private readonly Utf8JsonWriter _json = new(body);

    /// <summary>A key has a value.</summary>
    /// <param name="change">The key and value.</param>
    /// <param name="isResumable">Whether who has seen this has seen everything before.</param>
    public void Put(Change change, bool isResumable) => Write("put", isResumable ? change.Index : null, change);

    /// <summary>A key's value was deleted.</summary>
    public void Delete(Change change) => Write("delete", change.Index, change);

    /// <summary>What the receiver knows is too old: forget it, the present state follows.</summary>
    public void Reset(long index) => Text($"event: reset\ndata: {{\"index\":{Number(index)}}}\n\n");

    /// <summary>The state was sent.</summary>
    public void Current(long index) => Text($"event: current\nid: {Number(index)}\ndata: {{\"index\":{Number(index)}}}\n\n");

    /// <summary>No event: only the id from which to resume. A receiver that knows the format dispatches nothing.</summary>
    public void Id(long index) => Text($"id: {Number(index)}\n\n");

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

    private void Write(string type, long? id, Change change)
    {
        Text(id is { } known ? $"id: {Number(known)}\nevent: {type}\ndata: " : $"event: {type}\ndata: ");
        _json.Reset(body);
        _json.WriteStartObject();
        _json.WriteString("key", change.Key);
        _json.WriteNumber("version", change.Index);
        if (change.Value is { } value)
            _json.WriteBase64String("value", value.Span);
        _json.WriteEndObject();
        _json.Flush();
        Text("\n\n");
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, body);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
