using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using RaftNode.Host.Commands;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

public sealed class WatchSpec
{
    private const string End = "end";

    [Fact]
    public async Task Changes_are_sent_as_they_are_applied_and_only_those_that_were_done()
    {
        await using var cluster = await NodeCluster.StartAsync(1,
            "raftnode.watch { history-changes = 8, max-watchers = 2, keep-alive = 100 ms }\n");
        using var all = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch");
        using var some = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch?prefix=a%2F");
        using (var third = await cluster.Http.GetAsync($"{cluster.Urls[0]}/watch"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);

        await PutAsync(cluster, "b", "one");
        await PutAsync(cluster, "a/x", "two \u00e9 \n\"");
        using (var conflict = await cluster.Http.PostAsync(cluster.Key(0, "a/x"), new StringContent("never")))
            Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        (await cluster.Http.DeleteAsync(cluster.Key(0, "a/x"))).Dispose();

        var first = await all.NextAsync();
        Assert.Equal(("put", "b", "one"), (first.Type, first.Key, first.Value));
        var put = await all.NextAsync();
        Assert.Equal(("put", "a/x", "two \u00e9 \n\""), (put.Type, put.Key, put.Value));
        var deleted = await all.NextAsync();
        Assert.Equal(("delete", "a/x", $"{deleted.Version}"), (deleted.Type, deleted.Key, deleted.LastId));
        Assert.Equal(first.Version + 1, put.Version);
        Assert.Equal(put with { }, await some.NextAsync());
        Assert.Equal(deleted, await some.NextAsync());
    }

    [Fact]
    public async Task A_watcher_resumes_after_the_last_event_and_is_sent_the_state_when_that_is_too_long_ago()
    {
        await using var cluster = await NodeCluster.StartAsync(1, "raftnode.watch.history-changes = 8\n");
        for (var i = 0; i < 4; i++)
            await PutAsync(cluster, $"{i}", $"{i}");
        using var fromStart = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch?from=1");
        var seen = new List<ServerSentEvent>();
        for (var i = 0; i < 4; i++)
            seen.Add(await fromStart.NextAsync());
        Assert.Equal(["0", "1", "2", "3"], seen.Select(change => change.Key));

        using var resumed =
            await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch?from=1", seen[1].LastId);
        Assert.Equal(seen[2], await resumed.NextAsync());
        using var indexed =
            await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch?from={seen[3].Version}");
        Assert.Equal(seen[3], await indexed.NextAsync());

        for (var i = 0; i < 20; i++)
            await PutAsync(cluster, $"{i % 2}", $"later {i}");
        using var late = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch?prefix=1", seen[1].LastId);
        var reset = await late.NextAsync();
        var state = await late.NextAsync();
        var current = await late.NextAsync();
        Assert.Equal(("reset", "put", "current"), (reset.Type, state.Type, current.Type));
        Assert.Equal(("1", "later 19", seen[1].LastId), (state.Key, state.Value, state.LastId));
        Assert.Equal(current.LastId, $"{reset.Json.GetProperty("index").GetInt64()}");
        await PutAsync(cluster, "1", "after");
        var next = await late.NextAsync();
        Assert.Equal(("put", "after", $"{next.Version}"), (next.Type, next.Value, next.LastId));
    }

    [Theory]
    [InlineData("?from=0", null)]
    [InlineData("?from=x", null)]
    [InlineData("?from=-1", null)]
    [InlineData("?from=1&from=1", null)]
    [InlineData("", "x")]
    public async Task A_start_that_is_no_index_is_refused(string query, string? lastId)
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{cluster.Urls[0]}/watch{query}");
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        using var response = await cluster.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_watcher_that_moves_from_node_to_node_while_they_are_killed_sees_every_change_once_and_in_order()
    {
        await using var cluster = await NodeCluster.StartAsync(3, "raftnode.http.request-timeout = 10 s\n");
        const int Writes = 600;
        var written = new ConcurrentQueue<long>();
        var writing = WriteAsync(cluster, Writes, written);
        var seen = new List<ServerSentEvent>();
        var (lastId, node, kills) = ((string?)null, 0, 0);
        while (seen.Count == 0 || seen[^1].Key != End)
        {
            node = (node + 1) % 3;
            try
            {
                using var stream =
                    await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[node]}/watch?from=1", lastId);
                for (var i = 0; i < 40 && (seen.Count == 0 || seen[^1].Key != End); i++)
                {
                    seen.Add(await stream.NextAsync());
                    lastId = stream.LastId;
                }
                // The watched node is killed, at most a few times so that the writes get on.
                if (kills < 4 && !writing.IsCompleted)
                {
                    kills++;
                    await cluster.KillAsync(node);
                    cluster.Start(node);
                }
            }
            catch (Exception gone) when (gone is IOException or HttpRequestException or EndOfStreamException)
            {
                // The node is down, or does not serve yet: the next one does.
            }
        }
        await writing;

        Assert.Equal(4, kills);
        Assert.DoesNotContain(seen, change => change.Type is not "put");
        Assert.Equal(seen.Select(change => change.Version).Distinct().Order(), seen.Select(change => change.Version));
        Assert.Empty(written.Except(seen.Select(change => change.Version)));
    }

    [Fact]
    public async Task A_thousand_watchers_are_told_every_change_and_one_more_is_refused()
    {
        const int Watchers = 1000;
        await using var cluster = await NodeCluster.StartAsync(1, $"raftnode.watch.max-watchers = {Watchers}\n");
        var streams = new List<EventStream>();
        try
        {
            streams.AddRange(await Task.WhenAll(Enumerable.Range(0, Watchers)
                .Select(_ => EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch"))));
            using (var refused = await cluster.Http.GetAsync($"{cluster.Urls[0]}/watch"))
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

            string[] keys = ["a", "b", "c"];
            foreach (string key in keys)
                await PutAsync(cluster, key, key);

            foreach (string key in keys)
            {
                var told = await Task.WhenAll(streams.Select(static stream => stream.NextAsync()));
                Assert.All(told, change => Assert.Equal(("put", key), (change.Type, change.Key)));
            }
        }
        finally
        {
            streams.ForEach(static stream => stream.Dispose());
        }
        await Eventually.IsTrueAsync("room for a watcher", async () =>
        {
            using var again = await cluster.Http.GetAsync(
                $"{cluster.Urls[0]}/watch", HttpCompletionOption.ResponseHeadersRead);
            return again.IsSuccessStatusCode;
        }, cluster.Transcripts);
    }

    [Fact]
    public async Task A_node_that_stops_does_not_wait_for_watchers()
    {
        await using var cluster = await NodeCluster.StartAsync(1, "raftnode.http.shutdown-timeout = 600 s\n");
        using var stream = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch");
        cluster.Run(0).Terminate();
        await Assert.ThrowsAsync<EndOfStreamException>(stream.NextAsync);
        Assert.Equal(ExitCode.Done, await cluster.Run(0).ExitAsync());
    }

    // One after the other, each at another node; one whose answer was lost is written again. The last one shows a
    // watcher that there are no more.
    private static async Task WriteAsync(NodeCluster cluster, int count, ConcurrentQueue<long> written)
    {
        for (var i = 0; i < count; i++)
            written.Enqueue(await WriteAsync(cluster, i, i.ToString(CultureInfo.InvariantCulture)));
        await WriteAsync(cluster, count, End);
    }

    private static async Task<long> WriteAsync(NodeCluster cluster, int node, string key)
    {
        using var patience = new CancellationTokenSource(ProgramRun.Patience);
        for (; ; node++)
        {
            try
            {
                using var put =
                    await cluster.Http.PutAsync(cluster.Key(node % 3, key), new StringContent("x"), patience.Token);
                if (put.IsSuccessStatusCode)
                    return long.Parse(put.Headers.ETag!.Tag.Trim('"'), CultureInfo.InvariantCulture);
            }
            catch (HttpRequestException)
            {
                // The node is down: another one does it.
            }
        }
    }

    private static async Task PutAsync(NodeCluster cluster, string key, string value)
    {
        using var put = await cluster.Http.PutAsync(cluster.Key(0, key), new StringContent(value));
        put.EnsureSuccessStatusCode();
    }
}
