using System.IO.Pipelines;
using System.Text;
using RaftNode.Host.Http;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Tests.Http;

/// <summary>The events of <c>/watch</c>, byte for byte as docs/subscriptions.md shows them.</summary>
public sealed class EventStreamWriterSpec
{
    [Fact]
    public async Task A_change_is_written_as_the_page_shows_it()
    {
        var text = await WrittenAsync(events =>
        {
            events.Put(new Change(17, "greeting", "hello"u8.ToArray()), new Position(17, ""), isResumable: true);
            events.Delete(new Change(18, "greeting", null), new Position(18, "0f3a55e19c02"));
        });

        Assert.Equal(
            """
            id: 17
            event: put
            data: {"key":"greeting","version":17,"etag":"\"17\"","value":"aGVsbG8="}

            id: 18-0f3a55e19c02
            event: delete
            data: {"key":"greeting","version":18,"etag":"\"18-0f3a55e19c02\""}


            """.ReplaceLineEndings("\n"),
            text);
    }

    [Fact]
    public async Task A_key_that_has_line_ends_stays_in_its_line()
    {
        var text = await WrittenAsync(events =>
            events.Put(new Change(1, "a\n\r\"gr\u00fc\u00df", default(ReadOnlyMemory<byte>)), new Position(1, ""),
            isResumable: false));

        Assert.Equal("event: put\ndata: "
            + "{\"key\":\"a\\n\\r\\\"gr\u00fc\u00df\",\"version\":1,\"etag\":\"\\\"1\\\"\",\"value\":\"\"}\n\n", text);
    }

    private static async Task<string> WrittenAsync(Action<EventStreamWriter> write)
    {
        using var body = new MemoryStream();
        var pipe = PipeWriter.Create(body);
        using (var events = new EventStreamWriter(pipe))
        {
            write(events);
            await events.FlushAsync(CancellationToken.None);
        }
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
