using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RaftNode.Host.Cluster;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Access;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary>Readers of <c>GET /events</c> that are slow, or take nothing.</summary>
public sealed class SlowEventReaderSpec
{
    private const string Plain = "raftnode.http { tls.certificate = \"\", access.tokens = \"\" }\n";

    private static readonly string Text = new('x', NodeEvent.MostText);

    [Fact]
    public async Task A_reader_that_takes_nothing_is_left_behind_and_the_one_beside_it_gets_every_event()
    {
        const int Batch = 256;
        // More than the sockets of both sides hold.
        const int Events = 80 * Batch;
        await using var node = await SecureNode.StartedAsync(
            $"{Plain}raftnode.http.limits.grace = {ProgramRun.Patience.TotalSeconds} s\n");
        var url = node.Url.Replace("https", "http");
        using var silent = await ConnectAsync(url);
        using var http = new HttpClient();
        using var fast = await EventStream.OpenAsync(http, $"{url}/events");
        _ = await NextAsync(fast, "current");

        for (int sent = 0; sent < Events; sent += Batch)
        {
            for (int i = 0; i < Batch; i++)
                node.Node.Events.Add(EventKinds.Problem, $"{sent + i} {Text}");
            for (int i = 0; i < Batch; i++)
                Assert.Equal(sent + i, NumberOf((await NextAsync(fast, EventKinds.Problem)).Json));
        }

        // The node has not kept for the silent reader what the reader did not take: the stream ends with a gap.
        var taken = await ReadToEndAsync(silent);
        Assert.Equal(Enumerable.Range(0, taken.Count), taken);
        Assert.InRange(taken.Count, 1, Events - NodeEvents.MostInAll);
    }

    [Fact]
    public async Task What_waits_for_a_slow_reader_is_bounded_however_much_has_happened()
    {
        await using var node = await SecureNode.StartedAsync(Plain);
        var endpoints = new EventEndpoints(node.Node.Cluster, node.Node.Events, node.Node.Settings.Http, default);
        using var reader = new SlowReader();
        using var end = new CancellationTokenSource();
        var sending = endpoints.SendAsync(PipeWriter.Create(reader), "", end.Token);
        await reader.FlushedAsync("event: current\n");

        reader.Stop();
        node.Node.Events.Add(EventKinds.Problem, "the first");
        await reader.FlushedAsync("the first");
        const int Events = NodeEvents.MostInAll - 100;
        for (int i = 0; i < Events; i++)
            node.Node.Events.Add(EventKinds.Problem, $"{i} {Text}");
        reader.GoOn();
        await reader.FlushedAsync($"\"{Events - 1} x");

        Assert.InRange(reader.MostAtOnce, 64 * 1024, 66 * 1024);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    private static int NumberOf(JsonElement happened) =>
        int.Parse(happened.GetProperty("text").GetString()!.Split(' ')[0], CultureInfo.InvariantCulture);

    // The node's peer may have events of its own.
    private static async Task<ServerSentEvent> NextAsync(EventStream stream, string type)
    {
        while (true)
        {
            if (await stream.NextAsync() is var next && next.Type == type)
                return next;
        }
    }

    // A reader that has got all of the past, and takes nothing more. Its socket holds little. HTTP/1.0 has no chunks,
    // which could end within a line.
    private static async Task<TcpClient> ConnectAsync(string url)
    {
        var connection = new TcpClient { ReceiveBufferSize = 4096 };
        await connection.ConnectAsync("127.0.0.1", new Uri(url).Port);
        var stream = connection.GetStream();
        await stream.WriteAsync("GET /events HTTP/1.0\r\nHost: node\r\n\r\n"u8.ToArray());
        var said = new StringBuilder();
        var bytes = new byte[1];
        while (!said.ToString().EndsWith("event: current\ndata: {}\n\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await stream.ReadAsync(bytes).AsTask().WaitAsync(ProgramRun.Patience));
            said.Append((char)bytes[0]);
        }
        return connection;
    }

    // The numbers of the events that were sent, in their order.
    private static async Task<List<int>> ReadToEndAsync(TcpClient connection)
    {
        using var reader = new StreamReader(connection.GetStream());
        var numbers = new List<int>();
        while (await reader.ReadLineAsync().WaitAsync(ProgramRun.Patience) is { } line)
        {
            if (line.Contains($"\"kind\":\"{EventKinds.Problem}\"", StringComparison.Ordinal))
                numbers.Add(NumberOf(JsonDocument.Parse(line["data: ".Length..]).RootElement));
        }
        return numbers;
    }

    /// <summary>Takes what is flushed, or does not.</summary>
    private sealed class SlowReader : MemoryStream
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _goesOn = new();
        private long _before;

        public SlowReader() => _goesOn.SetResult();

        /// <summary>The most bytes that one flush had.</summary>
        public long MostAtOnce { get; private set; }

        public void Stop() => _goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _goesOn.SetResult();

        public Task FlushedAsync(string text) => Eventually.IsTrueAsync(text[..Math.Min(20, text.Length)], () =>
        {
            lock (_gate)
                return Task.FromResult(Encoding.UTF8.GetString(ToArray()).Contains(text, StringComparison.Ordinal));
        });

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_gate)
                Write(buffer.Span);
            await _goesOn.Task.WaitAsync(cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                MostAtOnce = Math.Max(MostAtOnce, Length - _before);
                _before = Length;
            }
            return Task.CompletedTask;
        }
    }
}
