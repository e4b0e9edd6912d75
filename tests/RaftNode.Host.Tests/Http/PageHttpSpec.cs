using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Http;

/// <summary>What the operator's page needs: the page, the list of keys, and no requests of other sites.</summary>
public sealed class PageHttpSpec(SingleNodeFixture node) : IClassFixture<SingleNodeFixture>
{
    private string Url => node.Cluster.Urls[0];

    private HttpClient Http => node.Cluster.Http;

    [Fact]
    public async Task The_page_runs_nothing_but_its_own_script_and_asks_nobody_but_its_node()
    {
        using var answer = await Http.GetAsync($"{Url}/");
        string page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy);
        Assert.Contains("connect-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.DoesNotContain("innerHTML", page);
        Assert.DoesNotContain("://", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal));

        using var again = new HttpRequestMessage(HttpMethod.Get, $"{Url}/");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task The_policy_of_the_page_has_the_hash_of_each_script_and_style_and_no_other()
    {
        using var answer = await Http.GetAsync($"{Url}/");
        string page = await answer.Content.ReadAsStringAsync();
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));

        foreach (string kind in (string[])["script", "style"])
        {
            // As a browser computes them: CSP 3, 6.7.3.3.
            var hashes = Regex.Matches(page, $"<{kind}[^>]*>(.*?)</{kind}>", RegexOptions.Singleline).Select(
                static element => "'sha256-" + Convert.ToBase64String(
                    SHA256.HashData(Encoding.UTF8.GetBytes(element.Groups[1].Value))) + "'").ToList();
            Assert.NotEmpty(hashes);
            string sources = Assert.Single(policy.Split("; "),
                part => part.StartsWith($"{kind}-src ", StringComparison.Ordinal));
            Assert.Equal(hashes.Order(), sources.Split(' ')[1..].Order());
        }
        // A hash does not cover attributes, so the page has none of these.
        Assert.DoesNotMatch("<[^>]+ (style|on[a-z]+)=", page.Split("<script>")[0]);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "none", true)]
    [InlineData("Origin", "http://elsewhere.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "SELF", true)]
    public async Task A_page_of_another_site_changes_nothing(string header, string value, bool isDone)
    {
        // A node whose log is empty takes no snapshot.
        using var put = await Http.PutAsync(node.Cluster.Key(0, "page"), new StringContent("1"));
        put.EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/snapshot");
        request.Headers.Add(header, value == "SELF" ? Url : value);
        using var answer = await Http.SendAsync(request);
        string said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == (isDone ? HttpStatusCode.OK : HttpStatusCode.Forbidden), said);
        if (!isDone)
            Assert.Contains("urn:raftnode:cross-site", said);
    }

    [Fact]
    public async Task A_page_of_another_site_that_only_reads_is_answered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Url}/status");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Keys_are_listed_in_order_page_by_page()
    {
        foreach (string key in (string[])["list/b", "list/a", "list/c/d", "list/<script>", "other"])
        {
            using var put = await Http.PutAsync(node.Cluster.Key(0, key), new StringContent(key));
            put.EnsureSuccessStatusCode();
        }
        var first = await ListAsync("prefix=list%2F&limit=3");
        Assert.True(first.More);
        Assert.Equal(["list/<script>", "list/a", "list/b"], first.Keys.Select(static key => key.Key));
        Assert.All(first.Keys, static key => Assert.Equal(key.Key.Length, key.Bytes));
        Assert.All(first.Keys, static key => Assert.Equal($"\"{key.Version}\"", key.Etag));
        var last = await ListAsync("prefix=list%2F&limit=3&after=list%2Fb");
        Assert.False(last.More);
        Assert.Equal(["list/c/d"], last.Keys.Select(static key => key.Key));
        Assert.Empty((await ListAsync("prefix=nothing")).Keys);
        Assert.Contains((await ListAsync("consistency=stale")).Keys, static key => key.Key == "other");
    }

    [Theory]
    [InlineData("/kv?limit=0")]
    [InlineData("/kv?limit=1001")]
    [InlineData("/kv?limit=x")]
    [InlineData("/kv?limit=1&limit=2")]
    [InlineData("/kv?prefix=a&prefix=b")]
    [InlineData("/kv?consistency=x")]
    [InlineData("/kv/?limit=1")]
    public async Task A_list_that_makes_no_sense_is_refused(string path)
    {
        using var answer = await Http.GetAsync($"{Url}{path}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task A_list_is_only_read(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{Url}/kv");
        using var answer = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_snapshot_on_a_node_that_is_no_member_is_refused()
    {
        using var answer = await Http.PostAsync($"{Url}/snapshot?node=nobody", null);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("node = nobody", await answer.Content.ReadAsStringAsync());
    }

    private async Task<KeysDocument> ListAsync(string query) =>
        (await Http.GetFromJsonAsync($"{Url}/kv?{query}", HostJson.Default.KeysDocument))!;
}
