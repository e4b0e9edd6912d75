using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

public sealed class IdempotencyKeySpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private readonly string _key = $"key-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_write_that_is_sent_again_is_answered_as_before_and_not_done_again()
    {
        var session = await OpenAsync();
        using var first = await PutAsync("one", $"\"{session.Session}-1\"");
        using var between = await PutAsync("two", $"{session.Session}-2");
        using var again = await PutAsync("one", $"\"{session.Session}-1\"");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.Created),
            (first.StatusCode, between.StatusCode, again.StatusCode));
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.Equal("two", await fixture.Cluster.Http.GetStringAsync(fixture.Cluster.Key(0, _key)));
        Assert.Equal((60, 64), (session.TimeoutSeconds, session.Window));
    }

    [Fact]
    public async Task A_conflict_is_remembered_like_any_other_answer()
    {
        var session = await OpenAsync();
        using var created = await SendAsync(HttpMethod.Post, "one", $"{session.Session}-1");
        using var conflict = await SendAsync(HttpMethod.Post, "one", $"{session.Session}-2");
        using var deleted = await SendAsync(HttpMethod.Delete, null, $"{session.Session}-3");
        using var conflictAgain = await SendAsync(HttpMethod.Post, "one", $"{session.Session}-2");
        using var deletedAgain = await SendAsync(HttpMethod.Delete, null, $"{session.Session}-3");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.NoContent),
            (created.StatusCode, conflict.StatusCode, deleted.StatusCode));
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.NoContent),
            (conflictAgain.StatusCode, deletedAgain.StatusCode));
    }

    [Fact]
    public async Task Numbers_out_of_the_window_are_gone_and_are_not_done_again()
    {
        var session = await OpenAsync();
        for (var number = 1; number <= session.Window; number++)
            (await PutAsync($"{number}", $"{session.Session}-{number}")).Dispose();
        using var first = await PutAsync("1", $"{session.Session}-1");
        using var next = await PutAsync("last", $"{session.Session}-{session.Window + 1}");
        using var gone = await PutAsync("1", $"{session.Session}-1");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NoContent), (first.StatusCode, next.StatusCode));
        await IsProblemAsync(gone, HttpStatusCode.Gone, "response-forgotten", "unknown");
        Assert.Equal("last", await fixture.Cluster.Http.GetStringAsync(fixture.Cluster.Key(0, _key)));
    }

    [Fact]
    public async Task A_closed_session_is_gone()
    {
        var session = await OpenAsync();
        var url = $"{fixture.Cluster.Urls[0]}/sessions/{session.Session}";
        using var alive = await fixture.Cluster.Http.PutAsync(url, null);
        using var closed = await fixture.Cluster.Http.DeleteAsync(url);
        using var closedAgain = await fixture.Cluster.Http.DeleteAsync(url);
        using var late = await fixture.Cluster.Http.PutAsync(url, null);
        using var write = await PutAsync("one", $"{session.Session}-1");

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent, HttpStatusCode.NoContent),
            (alive.StatusCode, closed.StatusCode, closedAgain.StatusCode));
        await IsProblemAsync(late, HttpStatusCode.Gone, "session-expired", "unknown");
        await IsProblemAsync(write, HttpStatusCode.Gone, "session-expired", "unknown");
    }

    [Theory]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("0-1")]
    [InlineData("1-0")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-+2")]
    [InlineData("1-99999999999999999999")]
    public async Task A_key_of_another_form_is_refused(string key)
    {
        using var refused = await PutAsync("one", key);

        await IsProblemAsync(refused, HttpStatusCode.BadRequest, "bad-request", "not-done");
    }

    [Fact]
    public async Task A_write_is_done_once_whichever_node_it_is_sent_to_while_the_leader_is_killed()
    {
        await using var cluster = await NodeCluster.StartAsync(3, "raftnode.http.request-timeout = 15 s\n");
        var leader = await cluster.LeaderAsync();
        var (one, other) = ((leader + 1) % 3, (leader + 2) % 3);
        using var opened = await cluster.Http.PostAsync($"{cluster.Urls[one]}/sessions", null);
        var session = await opened.Content.ReadFromJsonAsync(HostJson.Default.SessionDocument);

        var writes = Enumerable.Range(1, 50).Select(number => CreateAsync(cluster, one, session!.Session, number))
            .ToList();
        await cluster.KillAsync(leader);
        Assert.All(await Task.WhenAll(writes), status => Assert.Equal(HttpStatusCode.Created, status));

        // Each was created once: sent again to another node it is answered as if it had been created just now, and
        // without the key it exists.
        for (var number = 1; number <= 50; number++)
        {
            Assert.Equal(HttpStatusCode.Created, await CreateAsync(cluster, other, session!.Session, number));
            using var exists = await cluster.Http.PostAsync(cluster.Key(other, $"{number}"), new StringContent("x"));
            Assert.Equal(HttpStatusCode.Conflict, exists.StatusCode);
        }
    }

    private static async Task<HttpStatusCode> CreateAsync(NodeCluster cluster, int node, long session, int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            cluster.Key(node, $"{number}")) { Content = new StringContent("x") };
        request.Headers.Add("Idempotency-Key", $"\"{session}-{number}\"");
        using var response = await cluster.Http.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<SessionDocument> OpenAsync()
    {
        using var response = await fixture.Cluster.Http.PostAsync($"{fixture.Cluster.Urls[0]}/sessions", null);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(HostJson.Default.SessionDocument))!;
    }

    private Task<HttpResponseMessage> PutAsync(string value, string key) => SendAsync(HttpMethod.Put, value, key);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string? value, string key)
    {
        using var request = new HttpRequestMessage(method,
            fixture.Cluster.Key(0, _key)) { Content = value is null ? null : new StringContent(value) };
        Assert.True(request.Headers.TryAddWithoutValidation("Idempotency-Key", key));
        return await fixture.Cluster.Http.SendAsync(request);
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, HttpStatusCode status, string type,
        string outcome)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode} {text}");
        using var body = JsonDocument.Parse(text);
        Assert.Equal(($"urn:raftnode:{type}", outcome),
            (body.RootElement.GetProperty("type").GetString(), body.RootElement.GetProperty("outcome").GetString()));
    }
}
