using System.Text;
using System.Text.Json;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary>A server-sent event, read as browsers read it (WHATWG HTML, 9.2.6).</summary>
internal sealed record ServerSentEvent(string Type, string Data, string LastId)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;

    public string Key => Json.GetProperty("key").GetString()!;

    public long Version => Json.GetProperty("version").GetInt64();

    public string Value => Encoding.UTF8.GetString(Json.GetProperty("value").GetBytesFromBase64());
}

/// <summary>Reads the events of a watch.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _reader = new StreamReader(body, Encoding.UTF8);
    }

    /// <summary>The id with which to resume.</summary>
    public string LastId { get; private set; } = "";

    public static async Task<EventStream> OpenAsync(HttpClient http, string url, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var stream = new EventStream(response, await response.Content.ReadAsStreamAsync());
        Assert.Null(await stream.NextBlockAsync().WaitAsync(ProgramRun.Patience));
        return stream;
    }

    /// <summary>The next event; fails when the stream ends, or has none for too long.</summary>
    public Task<ServerSentEvent> NextAsync() => ReadAsync().WaitAsync(ProgramRun.Patience);

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    private async Task<ServerSentEvent> ReadAsync()
    {
        while (true)
        {
            if (await NextBlockAsync() is { } next)
                return next;
        }
    }

    // Null for a block that only carries an id.
    private async Task<ServerSentEvent?> NextBlockAsync()
    {
        var (type, data, id) = ("message", "", LastId);
        while (true)
        {
            var line = await _reader.ReadLineAsync() ?? throw new EndOfStreamException("The event stream ended.");
            if (line.Length == 0)
            {
                LastId = id;
                return data.Length > 0 ? new ServerSentEvent(type, data, id) : null;
            }
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var value = line[(colon + 2)..];
            switch (line[..colon])
            {
                case "event":
                    type = value;
                    break;
                case "data":
                    data += value;
                    break;
                case "id":
                    id = value;
                    break;
            }
        }
    }
}
