using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Http;

public sealed class PathNameSpec
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a/b", "a/b")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("/a", "/a")]
    [InlineData("a/", "a/")]
    [InlineData("a+b%20c", "a+b c")]
    [InlineData("%c3%a9%E2%98%83", "é☃")]
    [InlineData("...", "...")]
    public void A_key_is_the_decoded_rest_of_the_path(string encoded, string key)
    {
        Assert.True(PathName.Key.TryDecode(encoded, 100, out var decoded, out var problem), problem);
        Assert.Equal(key, decoded);
    }

    [Theory]
    [InlineData("", "missing")]
    [InlineData("a%2", "not well encoded")]
    [InlineData("a%zz", "not well encoded")]
    [InlineData("%ff", "not UTF-8")]
    [InlineData("%c3", "not UTF-8")]
    [InlineData("a/%2e%2E/b", "segment")]
    [InlineData(".", "segment")]
    [InlineData("12345678901", "11 bytes; the limit is 10")]
    public void What_is_not_a_key_is_refused_with_the_reason(string encoded, string reason)
    {
        Assert.False(PathName.Key.TryDecode(encoded, 10, out _, out var problem));
        Assert.Contains(reason, problem);
    }

    [Theory]
    [InlineData("/kv/a", "a")]
    [InlineData("/kv/kv/a", "kv/a")]
    [InlineData("/kv//kv/a?b=/kv/c", "/kv/a")]
    [InlineData("http://kv/kv/a", "a")]
    [InlineData("HTTP://127.0.0.1:8081/kv/a%2Fb?c", "a/b")]
    public void A_key_follows_the_first_segment_of_the_path(string target, string key)
    {
        Assert.True(PathName.Key.TryRead(Request(target), 100, out var read, out var problem), problem);
        Assert.Equal(key, read);
    }

    [Theory]
    [InlineData("/KV/a")]
    [InlineData("/KV/kv/a")]
    [InlineData("/%6Bv/kv/a")]
    [InlineData("/./kv/a")]
    [InlineData("/kv")]
    [InlineData("http://kv/KV/a")]
    [InlineData("http://kv")]
    [InlineData("*")]
    public void A_path_that_begins_otherwise_has_no_key(string target)
    {
        Assert.False(PathName.Key.TryRead(Request(target), 100, out _, out var problem));
        Assert.Contains("The path is /kv/ and the key", problem);
    }

    [Fact]
    public void The_limit_counts_bytes_of_UTF8() =>
        Assert.False(PathName.Key.TryDecode(Uri.EscapeDataString("ééé"), 5, out _, out _));

    [Fact]
    public void What_a_client_encodes_is_what_the_node_decodes()
    {
        foreach (var key in (string[])["plain", "a/b//c", "100%", "?#[]@!$&'()*+,;=", "é☃\U0001F600", " ", "..a",
            "\"\\<>^`{|}"])
        {
            var uri = RaftNode.Host.Commands.NodeClient.KeyUri(new Uri("http://127.0.0.1:1"), key);
            var path = uri.PathAndQuery["/kv/".Length..];
            Assert.True(PathName.Key.TryDecode(path, 100, out var decoded, out var problem),
                problem);
            Assert.Equal(key, decoded);
        }
    }

    private static DefaultHttpContext Request(string target)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        return context;
    }
}
