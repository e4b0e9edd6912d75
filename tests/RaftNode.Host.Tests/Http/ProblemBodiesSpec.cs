using System.Text.Json;

namespace RaftNode.Host.Tests.Http;

/// <summary>
/// Every answer but 2xx and 304 has a problem body that says what is wrong: all routes, and all mistakes.
/// </summary>
public sealed class ProblemBodiesSpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private static readonly string[] Methods =
        ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"];

    private static readonly (string Path, string Allowed)[] Routes =
    [
        ("/kv/key-of-routes", "DELETE, GET, HEAD, POST, PUT"),
        ("/", "GET, HEAD"),
        ("/cluster", "GET, HEAD"),
        ("/events", "GET"),
        ("/sessions", "POST"),
        ("/sessions/1", "DELETE, PUT"),
        ("/watch", "GET"),
        ("/status", "GET, HEAD"),
        ("/health/live", "GET, HEAD"),
        ("/health/ready", "GET, HEAD"),
        ("/snapshot", "POST"),
        ("/backup", "GET"),
        ("/leader/transfer", "POST"),
        ("/members", "GET, HEAD, PUT"),
    ];

    private const string Node1 = "{ \"id\": \"node1\", \"address\": \"127.0.0.1:1\" }";
    private const string Node2 = "{ \"id\": \"node2\", \"address\": \"127.0.0.1:2\" }";

    public static TheoryData<string, string> Forbidden()
    {
        var rows = new TheoryData<string, string>();
        foreach (var (path, allowed) in Routes)
        {
            foreach (var method in Methods.Except(allowed.Split(", ")))
                rows.Add(method, path);
        }
        return rows;
    }

    [Theory, MemberData(nameof(Forbidden))]
    public async Task A_method_that_a_path_does_not_have_is_405_with_those_that_it_has(string method, string path)
    {
        var answer = await RawHttp.SendAsync(Url, RawHttp.Request(method, path));

        var allowed = answer.Headers["Allow"].Split(", ").Order(StringComparer.Ordinal);
        Assert.Equal(Routes.Single(route => route.Path == path).Allowed, string.Join(", ", allowed));
        IsProblem(answer, method, 405, "method-not-allowed", method);
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/kv/..", "segments . and ..")]
    [InlineData("/kv/%2e%2e", "segments . and ..")]
    [InlineData("/kv/../nope", "segments . and ..")]
    [InlineData("/status/x")]
    [InlineData("/status%ff")]
    [InlineData("/health")]
    [InlineData("/sessions/1/2")]
    [InlineData("/leader")]
    [InlineData("/members/node1")]
    [InlineData("/backup/1")]
    public async Task A_path_that_nothing_has_is_404(string path, string said = "There is nothing at")
    {
        foreach (var method in Methods)
        {
            var answer = await RawHttp.SendAsync(Url, RawHttp.Request(method, path));
            IsProblem(answer, method, 404, "not-found", said);
        }
    }

    [Theory]
    // Keys.
    [InlineData("/kv/%ff", "not UTF-8")]
    [InlineData("/kv/%c3%28", "not UTF-8")]
    [InlineData("/kv/%ed%a0%80", "not UTF-8")]
    [InlineData("/kv/%c0%80", "not UTF-8")]
    [InlineData("/kv/%zz", "not well encoded")]
    [InlineData("/kv/%f", "not well encoded")]
    [InlineData("/kv/", "The key is missing")]
    [InlineData("/KV/a", "lower case")]
    [InlineData("/kv/a/../b", "segment")]
    [InlineData("/kv/a/./b", "segment")]
    [InlineData(
        "/kv/aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiiijjjjjjjjjjk",
        "the limit is 100")]
    public async Task What_is_no_key_is_400_for_every_method(string target, string said)
    {
        foreach (var method in (string[])["GET", "HEAD", "PUT", "POST", "DELETE"])
            IsProblem(await RawHttp.SendAsync(Url, RawHttp.Request(method, target)), method, 400, "bad-request", said);
    }

    // Kestrel refuses these itself, before it says what the method is.
    [Theory]
    [InlineData("/kv/a%00")]
    [InlineData("/kv/%00")]
    public async Task A_key_with_a_NUL_is_400(string target)
    {
        foreach (var method in (string[])["GET", "PUT", "POST", "DELETE"])
            IsProblem(await RawHttp.SendAsync(Url, RawHttp.Request(method, target)), method, 400, "bad-request", "");
    }

    [Theory]
    [InlineData("GET", "/kv/a?consistency=eventual", "consistency = eventual")]
    [InlineData("GET", "/kv/a?consistency=", "consistency")]
    [InlineData("GET", "/kv/a?consistency=stale&consistency=lease", "consistency")]
    [InlineData("GET", "/kv/a?max-staleness=5", "max-staleness")]
    [InlineData("GET", "/kv/a?consistency=stale&max-staleness=-1", "max-staleness")]
    [InlineData("GET", "/kv/a?consistency=stale&max-staleness=1.5", "max-staleness")]
    [InlineData("GET", "/kv/a?consistency=%ff", "The query is not UTF-8")]
    [InlineData("GET", "/watch?prefix=%ff", "The query is not UTF-8")]
    [InlineData("GET", "/watch?prefix=%zz", "The query is not well encoded")]
    [InlineData("GET", "/watch?prefix=a&prefix=b", "prefix is one text")]
    [InlineData("GET", "/watch?prefix=a%00", "NUL")]
    [InlineData("GET", "/watch?from=0", "from")]
    [InlineData("GET", "/watch?from=-1", "from")]
    [InlineData("GET", "/watch?from=abc", "from")]
    [InlineData("GET", "/watch?from=1&from=2", "from")]
    [InlineData("GET", "/watch?from=99999999999999999999", "from")]
    [InlineData("GET", "/status?x=%ff", "The query is not UTF-8")]
    [InlineData("POST", "/leader/transfer?to=none", "none")]
    [InlineData("POST", "/leader/transfer?to=%ff", "The query is not UTF-8")]
    [InlineData("POST", "/leader/transfer?to=node1&to=node2", "node1,node2")]
    [InlineData("PUT", "/sessions/x", "the session's number")]
    [InlineData("PUT", "/sessions/0", "the session's number")]
    [InlineData("DELETE", "/sessions/-1", "the session's number")]
    [InlineData("DELETE", "/sessions/99999999999999999999", "the session's number")]
    public async Task A_target_that_makes_no_sense_is_400(string method, string target, string said) =>
        IsProblem(await RawHttp.SendAsync(Url, RawHttp.Request(method, target)), method, 400, "bad-request", said);

    [Theory]
    [InlineData("GET", "/kv/a", "If-Match: 5", "If-Match is neither")]
    [InlineData("GET", "/kv/a", "If-None-Match: abc", "If-None-Match is neither")]
    [InlineData("PUT", "/kv/a", "If-Match: 5", "If-Match is neither")]
    [InlineData("PUT", "/kv/a", "If-Match:", "If-Match is neither")]
    [InlineData("PUT", "/kv/a", "If-Match: *, \"5\"", "If-Match is neither")]
    [InlineData("PUT", "/kv/a", "If-None-Match: \"5\"", "If-None-Match of a write")]
    [InlineData("PUT", "/kv/a", "If-Match: \"5\"\r\nIf-None-Match: *", "exclude each other")]
    [InlineData("POST", "/kv/a", "If-Match: \"5\"", "POST creates")]
    [InlineData("POST", "/kv/a", "If-None-Match: *", "POST creates")]
    [InlineData("DELETE", "/kv/a", "If-Match: W/5", "If-Match is neither")]
    [InlineData("PUT", "/kv/a", "Idempotency-Key: x", "Idempotency-Key is")]
    [InlineData("POST", "/kv/a", "Idempotency-Key: 1", "Idempotency-Key is")]
    [InlineData("DELETE", "/kv/a", "Idempotency-Key: 0-1", "Idempotency-Key is")]
    [InlineData("PUT", "/kv/a", "Idempotency-Key: 1-0", "Idempotency-Key is")]
    [InlineData("PUT", "/kv/a", "Content-Range: bytes 4-7/100", "Content-Range")]
    [InlineData("POST", "/kv/a", "Content-Range: bytes 0-3/*", "Content-Range")]
    [InlineData("PUT", "/members", "Content-Range: bytes 4-7/100", "Content-Range")]
    [InlineData("PUT", "/members", "If-Match: 5", "one quoted entity tag")]
    [InlineData("PUT", "/members", "If-Match: \"5\", \"6\"", "one quoted entity tag")]
    [InlineData("PUT", "/members", "If-Match: \"x\"", "one quoted entity tag")]
    [InlineData("GET", "/watch", "Last-Event-ID: x", "Last-Event-ID")]
    [InlineData("GET", "/watch", "Last-Event-ID: -1", "Last-Event-ID")]
    public async Task A_header_that_makes_no_sense_is_400(string method, string target, string header, string said) =>
        IsProblem(await RawHttp.SendAsync(Url, RawHttp.Request(method, target, header + "\r\n")), method, 400,
            "bad-request", said);

    [Theory]
    [InlineData("", "cannot be read at $")]
    [InlineData("{", "cannot be read at $")]
    [InlineData("null", "no voters")]
    [InlineData("[]", "cannot be read at $")]
    [InlineData("{}", "no voters")]
    [InlineData("{\"voters\":null}", "no voters")]
    [InlineData("{\"voters\":[]}", "voter")]
    [InlineData("{\"voters\":[null]}", "no id or no address")]
    [InlineData("{\"voters\":[{\"id\":\"node1\"}]}", "no id or no address")]
    [InlineData("{\"voters\":[{\"id\":1,\"address\":\"127.0.0.1:1\"}]}", "$.voters[0].id")]
    [InlineData("{\"voters\":[{\"id\":\"node1\",\"address\":\"127.0.0.1:99999\"}]}", "99999")]
    [InlineData("{\"voters\":[{\"id\":\"node1\",\"address\":\"nowhere\"}]}", "nowhere")]
    [InlineData("{\"Voters\":[" + Node1 + "]}", "no such property")]
    [InlineData("{\"voters\":[" + Node1 + "],\"learner\":[]}", "$.learner")]
    [InlineData("{\"voters\":[{\"id\":\"node1\",\"address\":\"127.0.0.1:1\",\"prio\":1}]}", "prio")]
    [InlineData("{\"voters\":[{\"id\":\"node1\",\"address\":\"127.0.0.1:1\",\"priority\":1.5}]}", "priority")]
    [InlineData("{\"voters\":[{\"id\":\"node1\",\"address\":\"127.0.0.1:1\",\"priority\":-1}]}", "priority")]
    [InlineData("{\"voters\":[" + Node2 + "," + Node2 + "]}", "twice")]
    [InlineData("{\"voters\":[" + Node2 + "],\"learners\":[{\"id\":\"x\",\"address\":\"127.0.0.1:2\"}]}", "twice")]
    public async Task Members_that_make_no_sense_are_400(string body, string said) =>
        IsProblem(await RawHttp.SendAsync(Url, RawHttp.Request("PUT", "/members", "", body)), "PUT", 400, "bad-request",
            said);

    [Theory]
    [InlineData("nonsense\r\n\r\n", 400)]
    [InlineData("GET /status\r\n\r\n", 400)]
    [InlineData("GET /status HTTP/1.1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /status HTTP/1.1\r\nHost: node\r\nno colon\r\n\r\n", 400)]
    [InlineData("GET /status HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /st\u00e4tus HTTP/1.1\r\nHost: node\r\n\r\n", 400)]
    [InlineData("PUT /kv/a HTTP/1.1\r\nHost: node\r\nContent-Length: x\r\n\r\n", 400)]
    [InlineData("PUT /kv/a HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: gzip\r\n\r\n", 400)]
    [InlineData("PUT /kv/a HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("PUT /members HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("GET /status HTTP/9.9\r\nHost: node\r\n\r\n", 505)]
    public async Task What_is_no_request_has_a_problem_body_too(string bytes, int status) =>
        IsProblem(await RawHttp.SendAsync(Url, bytes), "", status, "bad-request", "");

    [Fact]
    public async Task A_target_or_a_header_that_is_too_long_has_a_problem_body_too()
    {
        var longest = new string('a', 100_000);

        var target = await RawHttp.SendAsync(Url, RawHttp.Request("GET", $"/kv/{longest}"));
        var header = await RawHttp.SendAsync(Url, RawHttp.Request("GET", "/kv/a", $"X: {longest}\r\n"));

        IsProblem(target, "", 414, "bad-request", "");
        IsProblem(header, "GET", 431, "bad-request", "");
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_413_whether_or_not_its_length_is_said()
    {
        var body = new string('x', SingleNodeFixture.MaxValueBytes + 1);
        var chunk = $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n";
        foreach (var method in (string[])["PUT", "POST"])
        {
            var said = await RawHttp.SendAsync(Url, RawHttp.Request(method, "/kv/large", "", body));
            var unsaid = await RawHttp.SendAsync(
                Url, $"{method} /kv/large HTTP/1.1\r\nHost: node\r\nConnection: close\r\nTransfer-Encoding: "
                + $"chunked\r\n\r\n{chunk}");
            IsProblem(said, method, 413, "too-large", "1000");
            IsProblem(unsaid, method, 413, "too-large", "1000");
        }
    }

    [Fact]
    public async Task A_session_that_nobody_opened_is_410()
    {
        IsProblem(await RawHttp.SendAsync(Url, RawHttp.Request("PUT", "/sessions/999")), "PUT", 410, "session-expired",
            "");
        var write = await RawHttp.SendAsync(Url, RawHttp.Request("PUT", "/kv/a", "Idempotency-Key: 999-1\r\n"));
        IsProblem(write, "PUT", 410, "session-expired", "");
    }

    [Theory]
    [InlineData("PUT", "W/{0}", "A weak ETag never matches in If-Match. The key's value has the ETag {0}.")]
    [InlineData("DELETE", "W/{0}", "A weak ETag never matches in If-Match. The key's value has the ETag {0}.")]
    [InlineData("GET", "W/{0}", "A weak ETag never matches in If-Match. The key's value has the ETag {0}.")]
    [InlineData("HEAD", "W/{0}", "")]
    [InlineData("PUT", "W/{0}, W/\"1\"", "A weak ETag never matches in If-Match. The key's value has the ETag {0}.")]
    [InlineData("PUT", "\"abc\"", "The key's value has the ETag {0}.")]
    [InlineData("PUT", "W/{0}, \"999999\"", "The key's value has the ETag {0}.")]
    [InlineData("GET", "\"999999\"", "The key's value has the ETag {0}.")]
    [InlineData("DELETE", "\"999999\"", "The key's value has the ETag {0}.")]
    public async Task A_condition_that_does_not_hold_is_412_with_the_present_ETag(string method, string condition,
        string said)
    {
        var key = $"/kv/{Guid.NewGuid():N}";
        var tag = (await RawHttp.SendAsync(Url, RawHttp.Request("PUT", key, "", "v"))).Headers["ETag"];

        var answer = await RawHttp.SendAsync(
            Url, RawHttp.Request(method, key, $"If-Match: {string.Format(condition, tag)}\r\n"));

        Assert.Equal(tag, answer.Headers["ETag"]);
        IsProblem(answer, method, 412, "condition-failed", string.Format(said, tag));
        Assert.Equal("v", (await RawHttp.SendAsync(Url, RawHttp.Request("GET", key))).Body);
    }

    [Fact]
    public async Task A_weak_condition_for_a_key_without_a_value_says_that_there_is_none()
    {
        var answer = await RawHttp.SendAsync(
            Url, RawHttp.Request("PUT", $"/kv/{Guid.NewGuid():N}", "If-Match: W/\"5\"\r\n"));

        IsProblem(answer, "PUT", 412, "condition-failed", "The key has no value.");
    }

    [Fact]
    public async Task A_weak_condition_for_the_members_is_412_with_the_present_ETag()
    {
        var tag = (await RawHttp.SendAsync(Url, RawHttp.Request("GET", "/members"))).Headers["ETag"];

        var answer = await RawHttp.SendAsync(
            Url, RawHttp.Request("PUT", "/members", $"If-Match: W/{tag}\r\n", $"{{\"voters\":[{Node1}]}}"));

        Assert.Equal(tag, answer.Headers["ETag"]);
        IsProblem(answer, "PUT", 412, "members-changed",
            $"never matches in If-Match. The present configuration has the ETag {tag}");
    }

    // Proxies that compress an answer make its ETag a weak one.
    [Theory]
    [InlineData("{0}")]
    [InlineData("W/{0}")]
    [InlineData("*")]
    [InlineData("\"1\", {0}")]
    public async Task A_value_that_the_client_has_is_304_without_a_body(string condition)
    {
        var tag = (await RawHttp.SendAsync(Url, RawHttp.Request("PUT", "/kv/had", "", "v"))).Headers["ETag"];

        var answer = await RawHttp.SendAsync(
            Url, RawHttp.Request("GET", "/kv/had", $"If-None-Match: {string.Format(condition, tag)}\r\n"));

        Assert.Equal((304, "", tag), (answer.Status, answer.Body, answer.Headers["ETag"]));
    }

    private string Url => fixture.Cluster.Urls[0];

    private static void IsProblem(RawAnswer answer, string method, int status, string type, string said)
    {
        Assert.True(answer.Status == status, $"{method}: {answer.Status} instead of {status}: {answer.Body}");
        if (method == "HEAD")
        {
            Assert.Empty(answer.Body);
            return;
        }
        Assert.StartsWith("application/problem+json", answer.Headers.GetValueOrDefault("Content-Type"));
        using var problem = JsonDocument.Parse(answer.Body);
        var root = problem.RootElement;
        Assert.Equal($"urn:raftnode:{type}", root.GetProperty("type").GetString());
        Assert.Equal(status, root.GetProperty("status").GetInt32());
        Assert.NotEqual("", root.GetProperty("title").GetString());
        Assert.NotEqual("", root.GetProperty("detail").GetString());
        Assert.Contains(said, root.GetProperty("detail").GetString());
        if (method is "PUT" or "POST" or "DELETE")
            Assert.Equal(status == 410 ? "unknown" : "not-done", root.GetProperty("outcome").GetString());
    }
}
