using System.Net;
using System.Text;
using System.Text.Json;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

public sealed class ClusterHttpSpec
{
    [Fact]
    public async Task Any_node_answers_and_what_one_acknowledged_all_have()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        for (var writer = 0; writer < 3; writer++)
        {
            var key = $"written by {writer}";
            using var put = await cluster.Http.PutAsync(cluster.Key(writer, key), Bytes("one"));
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
            using var again = await cluster.Http.PostAsync(cluster.Key(writer, key), Bytes("two"));
            Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
            for (var reader = 0; reader < 3; reader++)
            {
                using var got = await cluster.Http.GetAsync(cluster.Key(reader, key));
                Assert.Equal("one", await got.Content.ReadAsStringAsync());
                Assert.Equal(put.Headers.ETag, got.Headers.ETag);
            }
        }
        using var deleted = await cluster.Http.DeleteAsync(cluster.Key(0, "written by 0"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        for (var reader = 0; reader < 3; reader++)
        {
            using var got = await cluster.Http.GetAsync(cluster.Key(reader, "written by 0"));
            Assert.Equal(HttpStatusCode.NotFound, got.StatusCode);
        }
        var settled = await cluster.SettledAsync();
        Assert.Single(settled.Select(status => status.State).Distinct());
        Assert.Single(settled, status => status.Role == "leader");
        Assert.Equal(2, settled.Single(status => status.Role == "leader").Followers.Count);
    }

    [Fact]
    public async Task A_value_of_the_largest_size_goes_through_any_node()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var value = new byte[1 << 20];
        new Random(1).NextBytes(value);
        for (var writer = 0; writer < 3; writer++)
        {
            using var put =
                await cluster.Http.PutAsync(cluster.Key(writer, $"large {writer}"), new ByteArrayContent(value));
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
            Assert.Equal(value, await cluster.Http.GetByteArrayAsync(cluster.Key((writer + 1) % 3, $"large {writer}")));
        }
    }

    [Fact]
    public async Task Without_a_majority_nothing_is_done_and_the_answer_says_so_until_there_is_one_again()
    {
        await using var cluster = await NodeCluster.StartAsync(3, "raftnode.http.request-timeout = 4 s\n");
        var leader = await cluster.LeaderAsync();
        var (left, other) = ((leader + 1) % 3, (leader + 2) % 3);
        await cluster.KillAsync(leader);
        await cluster.KillAsync(other);
        await Eventually.IsTrueAsync("the last node to know no leader",
            async () => await cluster.StatusAsync(left) is { Leader: null }, cluster.Transcripts);
        using var put = await cluster.Http.PutAsync(cluster.Key(left, "key"), Bytes("value"));
        await IsProblemAsync(put, HttpStatusCode.ServiceUnavailable, "no-leader", "not-done");
        Assert.NotNull(put.Headers.RetryAfter);
        using var got = await cluster.Http.GetAsync(cluster.Key(left, "key"));
        await IsProblemAsync(got, HttpStatusCode.ServiceUnavailable, "no-leader", null);
        using var ready = await cluster.Http.GetAsync($"{cluster.Urls[left]}/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var live = await cluster.Http.GetAsync($"{cluster.Urls[left]}/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        cluster.Start(other);
        await cluster.ReadyAsync(left);
        await Eventually.IsTrueAsync("a write", async () =>
        {
            using var later = await cluster.Http.PutAsync(cluster.Key(left, "key"), Bytes("value"));
            return later.IsSuccessStatusCode;
        }, cluster.Transcripts);
    }

    [Fact]
    public async Task A_write_that_may_yet_be_done_is_answered_as_one_whose_outcome_nobody_knows()
    {
        // Long election timeouts: the leader, cut off from its followers, still leads when the write comes.
        await using var cluster = await NodeCluster.StartAsync(3,
            "raft.election-timeout { min = 20 s, max = 30 s }\nraftnode.http.request-timeout = 500 ms\n");
        var leader = await cluster.LeaderAsync();
        var (one, other) = ((leader + 1) % 3, (leader + 2) % 3);
        await cluster.KillAsync(one);
        await cluster.KillAsync(other);
        using var put = await cluster.Http.PutAsync(cluster.Key(leader, "key"), Bytes("value"));
        await IsProblemAsync(put, HttpStatusCode.GatewayTimeout, "outcome-unknown", "unknown");

        // It was appended, and is done once a majority is there again. Both start: a node that starts confirms nothing
        // before all others have told it what they know of its store, or two of these long election timeouts are over.
        cluster.Start(one);
        cluster.Start(other);
        await Eventually.IsTrueAsync("the write to be done", async () =>
        {
            using var got = await cluster.Http.GetAsync(cluster.Key(leader, "key"));
            return got.StatusCode == HttpStatusCode.OK;
        }, cluster.Transcripts);
    }

    private static ByteArrayContent Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task IsProblemAsync(HttpResponseMessage response, HttpStatusCode status, string type,
        string? outcome)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using var body = JsonDocument.Parse(text);
        Assert.Equal($"urn:raftnode:{type}", body.RootElement.GetProperty("type").GetString());
        Assert.Equal(outcome, body.RootElement.TryGetProperty("outcome", out var said) ? said.GetString() : null);
    }
}
