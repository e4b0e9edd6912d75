using System.Net.ServerSentEvents;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Commands;

public sealed class EventStreamReaderSpec
{
    [Fact]
    public async Task Events_have_their_type_data_and_id()
    {
        var (events, lastId) = await ReadAsync(
            ": a comment\nid: 7\nevent: put\ndata: {}\n\nevent:delete\ndata:one\ndata: two\nother: 1\n\n");

        Assert.Equal([new ServerSentEvent("put", "{}", "7"), new ServerSentEvent("delete", "one\ntwo", "")], events);
        Assert.Equal("7", lastId);
    }

    [Fact]
    public async Task An_id_without_an_event_is_a_newer_position_and_no_event()
    {
        var (events, lastId) = await ReadAsync("id: 8\n\n");

        Assert.Empty(events);
        Assert.Equal("8", lastId);
    }

    [Fact]
    public async Task The_id_of_an_event_that_is_cut_off_does_not_count()
    {
        var (events, lastId) = await ReadAsync("id: 7\nevent: put\ndata: {}\n\nid: 8\nevent: put\ndata: {}\n");

        Assert.Single(events);
        Assert.Equal("7", lastId);
    }

    // If this ever fails, the parser of .NET can take the place of the reader.
    [Fact]
    public async Task The_parser_of_NET_takes_over_the_id_of_an_event_that_is_cut_off()
    {
        var parser = SseParser.Create(new MemoryStream("id: 7\ndata: {}\n\nid: 8\ndata: {}\n"u8.ToArray()));
        await foreach (var received in parser.EnumerateAsync())
            Assert.Equal("7", received.EventId);

        Assert.Equal("8", parser.LastEventId);
    }

    [Fact]
    public async Task Without_any_id_the_former_one_counts()
    {
        var (_, lastId) = await ReadAsync("event: put\ndata: {}\n\n");

        Assert.Equal("1", lastId);
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_the_events()
    {
        var (events, lastId) = await ReadAsync(
            "id: 7\nevent: put\ndata: {}\n\nid: 8\n", new IOException("broken"));

        Assert.Single(events);
        Assert.Equal("7", lastId);
    }

    private static async Task<(List<ServerSentEvent> Events, string LastId)> ReadAsync(
        string text, Exception? end = null)
    {
        using var response = new HttpResponseMessage { Content = new StreamContent(new EndingStream(text, end)) };
        using var reader = new EventStreamReader(response, lastId: "1");
        var events = new List<ServerSentEvent>();
        while (await reader.NextAsync(CancellationToken.None) is { } next)
            events.Add(next);
        return (events, reader.LastId);
    }

    // A stream that ends with an exception, if one is given.
    private sealed class EndingStream(string text, Exception? end)
        : MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read == 0 && end is not null ? throw end : read;
        }
    }
}
