using RaftNode.Host.Tests.Http.Description;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Http;

public sealed class KeyValueHttpSpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private readonly string _key = $"key-{Guid.NewGuid():N}";

    [Fact]
    public async Task What_is_put_is_got_byte_for_byte()
    {
        var value = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        using var put = await PutAsync(value);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        using var got = await SendAsync(HttpMethod.Get);
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        Assert.Equal(value, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/octet-stream", got.Content.Headers.ContentType!.MediaType);
        Assert.Equal(put.Headers.ETag, got.Headers.ETag);
        Assert.True(long.Parse(got.Headers.ETag!.Tag.Trim('"')) > 0);
    }

    [Fact]
    public async Task A_second_put_replaces_and_has_a_later_version()
    {
        using var first = await PutAsync("one"u8.ToArray());
        using var second = await PutAsync("two"u8.ToArray());
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.True(Version(second) > Version(first));
        Assert.Equal("two", await GetTextAsync());
    }

    [Fact]
    public async Task An_empty_value_is_a_value()
    {
        using var put = await PutAsync([]);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal("", await GetTextAsync());
    }

    [Fact]
    public async Task A_value_sent_in_chunks_of_unknown_length_is_put()
    {
        using var content = new StreamContent(new ChunkedStream("chunked"u8.ToArray()));
        using var put = await SendAsync(HttpMethod.Put, content);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal("chunked", await GetTextAsync());
    }

    [Fact]
    public async Task A_missing_key_is_404_with_a_problem_body()
    {
        using var got = await SendAsync(HttpMethod.Get);
        await IsProblemAsync(got, HttpStatusCode.NotFound, "not-found");
        using var deleted = await SendAsync(HttpMethod.Delete);
        await IsProblemAsync(deleted, HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task A_post_creates_and_conflicts_with_what_exists()
    {
        using var first = await SendAsync(HttpMethod.Post, Bytes("one"));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal($"/kv/{_key}", first.Headers.Location!.OriginalString);
        using var second = await SendAsync(HttpMethod.Post, Bytes("two"));
        await IsProblemAsync(second, HttpStatusCode.Conflict, "exists");
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Equal("one", await GetTextAsync());
    }

    [Fact]
    public async Task A_delete_takes_the_value_away()
    {
        using var put = await PutAsync("one"u8.ToArray());
        using var deleted = await SendAsync(HttpMethod.Delete);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.True(Version(deleted) > Version(put));
        using var got = await SendAsync(HttpMethod.Get);
        Assert.Equal(HttpStatusCode.NotFound, got.StatusCode);
    }

    [Fact]
    public async Task If_Match_makes_a_put_conditional()
    {
        using var first = await PutAsync("one"u8.ToArray());
        using var second = await SendAsync(HttpMethod.Put, Bytes("two"), "If-Match", first.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        using var late = await SendAsync(HttpMethod.Put, Bytes("three"), "If-Match", first.Headers.ETag.Tag);
        await IsProblemAsync(late, HttpStatusCode.PreconditionFailed, "condition-failed");
        Assert.Equal(second.Headers.ETag, late.Headers.ETag);
        using var either = await SendAsync(HttpMethod.Put, Bytes("four"), "If-Match",
            $"{first.Headers.ETag.Tag}, {second.Headers.ETag!.Tag}");
        Assert.Equal(HttpStatusCode.NoContent, either.StatusCode);
    }

    [Theory]
    [InlineData("\"nonsense\"")]
    [InlineData("W/\"1\"")]
    [InlineData("\"999999999\"")]
    [InlineData("*")]
    public async Task If_Match_never_matches_a_missing_key_nor_a_tag_that_was_not_given_out(string tag)
    {
        using var put = await SendAsync(HttpMethod.Put, Bytes("one"), "If-Match", tag);
        await IsProblemAsync(put, HttpStatusCode.PreconditionFailed, "condition-failed");
        using var deleted = await SendAsync(HttpMethod.Delete, null, "If-Match", tag);
        await IsProblemAsync(deleted, HttpStatusCode.PreconditionFailed, "condition-failed");
        using var got = await SendAsync(HttpMethod.Get);
        Assert.Equal(HttpStatusCode.NotFound, got.StatusCode);
    }

    [Fact]
    public async Task If_Match_of_any_value_matches_what_exists()
    {
        using var first = await PutAsync("one"u8.ToArray());
        using var second = await SendAsync(HttpMethod.Put, Bytes("two"), "If-Match", "*");
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        using var deleted = await SendAsync(HttpMethod.Delete, null, "If-Match", second.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task If_None_Match_of_any_value_makes_a_put_create_only()
    {
        using var first = await SendAsync(HttpMethod.Put, Bytes("one"), "If-None-Match", "*");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        using var second = await SendAsync(HttpMethod.Put, Bytes("two"), "If-None-Match", "*");
        await IsProblemAsync(second, HttpStatusCode.PreconditionFailed, "condition-failed");
    }

    [Theory]
    [InlineData("PUT", "If-Match", "12")]
    [InlineData("PUT", "If-None-Match", "\"1\"")]
    [InlineData("POST", "If-Match", "\"1\"")]
    [InlineData("POST", "If-None-Match", "*")]
    public async Task A_condition_that_makes_no_sense_is_refused(string method, string header, string value)
    {
        using var response = await SendAsync(new HttpMethod(method), Bytes("one"), header, value);
        await IsProblemAsync(response, HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task A_get_on_condition_of_change_is_answered_304_without_the_value()
    {
        using var put = await PutAsync("one"u8.ToArray());
        using var got = await SendAsync(HttpMethod.Get, null, "If-None-Match", put.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.NotModified, got.StatusCode);
        using var head = await SendAsync(HttpMethod.Head);
        Assert.Equal(3, head.Content.Headers.ContentLength);
        Assert.Equal(put.Headers.ETag, head.Headers.ETag);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_value_past_the_limit_is_413_and_one_of_just_the_limit_is_taken(bool chunked)
    {
        using var fits = await SendAsync(HttpMethod.Put, Content(SingleNodeFixture.MaxValueBytes, chunked));
        Assert.Equal(HttpStatusCode.Created, fits.StatusCode);
        using var tooLarge = await SendAsync(HttpMethod.Put, Content(SingleNodeFixture.MaxValueBytes + 1, chunked));
        await IsProblemAsync(tooLarge, HttpStatusCode.RequestEntityTooLarge, "too-large");
        Assert.Equal(SingleNodeFixture.MaxValueBytes, (await GetTextAsync()).Length);
    }

    [Fact]
    public async Task A_key_past_the_limit_is_refused()
    {
        using var response = await fixture.Cluster.Http.PutAsync(fixture.Cluster.Key(0,
            new string('k', SingleNodeFixture.MaxKeyBytes + 1)), Bytes("one"));
        await IsProblemAsync(response, HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task Slashes_encoded_or_not_are_part_of_the_key()
    {
        var root = $"{fixture.Cluster.Urls[0]}/kv/{_key}";
        using var put = await fixture.Cluster.Http.PutAsync($"{root}%2Fa%20b/c", Bytes("one"));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal("one", await fixture.Cluster.Http.GetStringAsync($"{root}/a%20b%2fc"));
        using var other = await fixture.Cluster.Http.GetAsync($"{root}%252Fa%20b/c");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task The_location_of_what_was_created_leads_to_it()
    {
        var node = new Uri(fixture.Cluster.Urls[0]);
        foreach (var path in (string[])[$"/kv/{_key}%252Fa%20b", $"/kv/{_key}%2Fa/%C3%A9%3F"])
        {
            using var created = await fixture.Cluster.Http.PostAsync(new Uri(node, path), Bytes(path));
            Assert.Equal(path,
                await fixture.Cluster.Http.GetStringAsync(new Uri(node, created.Headers.Location!.OriginalString)));
        }
    }

    [Fact]
    public async Task A_path_in_another_case_is_refused_and_writes_nothing()
    {
        using var put = await fixture.Cluster.Http.PutAsync($"{fixture.Cluster.Urls[0]}/KV/kv/{_key}", Bytes("one"));
        await IsProblemAsync(put, HttpStatusCode.BadRequest, "bad-request");
        using var got = await SendAsync(HttpMethod.Get);
        Assert.Equal(HttpStatusCode.NotFound, got.StatusCode);
    }

    [Fact]
    public async Task A_target_with_scheme_and_host_names_the_same_key()
    {
        using var put = await PutAsync("one"u8.ToArray());
        // As clients send it to a proxy.
        using var http = new HttpClient(new DescribedAnswers(
            new SocketsHttpHandler { Proxy = new WebProxy(fixture.Cluster.Urls[0]) }));
        Assert.Equal("one", await http.GetStringAsync($"http://kv/kv/{_key}"));
    }

    [Theory]
    [InlineData("consistency=stale&max-staleness=10000&max-staleness=10000")]
    [InlineData("max-staleness=5&max-staleness=5")]
    [InlineData("consistency=stale&consistency=stale")]
    [InlineData("consistency=stale&max-staleness")]
    public async Task An_option_of_a_read_that_makes_no_sense_is_refused(string query)
    {
        using var put = await PutAsync("one"u8.ToArray());
        using var got = await fixture.Cluster.Http.GetAsync($"{fixture.Cluster.Key(0, _key)}?{query}");
        await IsProblemAsync(got, HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task A_method_that_is_not_served_is_405()
    {
        using var response = await SendAsync(HttpMethod.Patch, Bytes("one"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task A_request_that_breaks_off_writes_nothing()
    {
        using (var client = new TcpClient())
        {
            var node = new Uri(fixture.Cluster.Urls[0]);
            await client.ConnectAsync(node.Host, node.Port);
            await client.GetStream()
                .WriteAsync(Encoding.ASCII.GetBytes($"PUT /kv/{_key} HTTP/1.1\r\nHost: "
                + $"{node.Authority}\r\nContent-Length: 100\r\n\r\nhalf"));
        }
        using var after = await PutAsync("whole"u8.ToArray());
        Assert.Equal(HttpStatusCode.Created, after.StatusCode);
    }

    [Fact]
    public async Task Status_and_health_are_answered()
    {
        using var put = await PutAsync("one"u8.ToArray());
        var status = JsonSerializer.Deserialize(
            await fixture.Cluster.Http.GetStringAsync($"{fixture.Cluster.Urls[0]}/status"),
            HostJson.Default.StatusDocument)!;
        Assert.Equal(("node1", "leader", "node1", "kv"), (status.Node, status.Role, status.Leader, status.Group));
        Assert.Equal(fixture.Cluster.Run(0).ProcessId, status.Pid);
        Assert.True(status.Term > 0);
        Assert.True(status.CommitIndex >= Version(put) && status.AppliedIndex >= Version(put)
            && status.LastIndex >= Version(put));
        Assert.True(status.State is { Index: > 0, Keys: > 0, Digest.Length: 16 });
        foreach (var path in (string[])["/health/live", "/health/ready"])
        {
            using var health = await fixture.Cluster.Http.GetAsync(fixture.Cluster.Urls[0] + path);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }
    }

    private static long Version(HttpResponseMessage response) => long.Parse(response.Headers.ETag!.Tag.Trim('"'));

    private static ByteArrayContent Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static HttpContent Content(int length, bool chunked)
    {
        var value = new byte[length];
        Array.Fill(value, (byte)'v');
        return chunked ? new StreamContent(new ChunkedStream(value)) : new ByteArrayContent(value);
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, HttpStatusCode status, string type)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal($"urn:raftnode:{type}", body.RootElement.GetProperty("type").GetString());
        Assert.Equal("not-done", body.RootElement.GetProperty("outcome").GetString());
        Assert.NotEmpty(body.RootElement.GetProperty("detail").GetString()!);
    }

    private Task<HttpResponseMessage> PutAsync(byte[] value) => SendAsync(HttpMethod.Put, new ByteArrayContent(value));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, HttpContent? content = null,
        string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(method, fixture.Cluster.Key(0, _key)) { Content = content };
        if (header is not null)
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        return await fixture.Cluster.Http.SendAsync(request);
    }

    private async Task<string> GetTextAsync()
    {
        using var response = await SendAsync(HttpMethod.Get);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>A stream that does not know its length, so that it is sent in chunks.</summary>
    private sealed class ChunkedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
