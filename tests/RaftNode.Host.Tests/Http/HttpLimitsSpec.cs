using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RaftNode.Host.Access;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Access;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary>Clients that are slow, or ask too much of a node: the node ends their connections and goes on.</summary>
public sealed class HttpLimitsSpec
{
    private const string Plain = "raftnode.http { tls.certificate = \"\", access.tokens = \"\" }\n";

    [Fact]
    public void Each_setting_reaches_the_server()
    {
        var settings = Settings("""
            max-connections = 11, max-headers = 12, max-header-bytes = 13 KiB, header-timeout = 14 s
            idle-timeout = 15 s, min-bytes-per-second = 16, grace = 17 s
            """);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        using var security = new HttpSecurity(settings);
        HttpServer.AddTo(builder, settings, security);
        using var host = (IDisposable)builder.Build();

        var limits = ((WebApplication)host).Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.Equal((11, 12, 13 * 1024), (limits.MaxConcurrentConnections, limits.MaxRequestHeaderCount,
            limits.MaxRequestHeadersTotalSize));
        Assert.Equal((14, 15), (limits.RequestHeadersTimeout.TotalSeconds, limits.KeepAliveTimeout.TotalSeconds));
        Assert.All(new[] { limits.MinRequestBodyDataRate!, limits.MinResponseDataRate! }, static rate =>
            Assert.Equal((16, 17), (rate.BytesPerSecond, rate.GracePeriod.TotalSeconds)));
    }

    [Fact]
    public async Task A_client_that_does_not_finish_its_headers_is_answered_408()
    {
        await using var node = await SecureNode.StartedAsync($"{Plain}raftnode.http.limits.header-timeout = 200 ms\n");
        using var slow = await ConnectAsync(node, "GET /kv/a HTTP/1.1\r\nHost: node\r\nX-Slow: ");

        Assert.Equal(408, RawAnswer.Parse(await ReadAsync(slow)).Status);
        Assert.Equal(200, (await SendAsync(node, "GET", "/health/ready")).Status);
    }

    [Fact]
    public async Task A_client_that_sends_its_body_too_slowly_is_answered_408()
    {
        await using var node = await SecureNode.StartedAsync(
            $"{Plain}raftnode.http.limits {{ min-bytes-per-second = 1 MiB, grace = 1100 ms }}\n");
        using var slow =
            await ConnectAsync(node, "PUT /kv/a HTTP/1.1\r\nHost: node\r\nContent-Length: 1000\r\n\r\nslow");

        Assert.Equal(408, RawAnswer.Parse(await ReadAsync(slow)).Status);
        Assert.Equal(404, (await SendAsync(node, "GET", "/kv/a")).Status);
    }

    [Theory]
    [InlineData("max-headers = 5", 10, 10)]
    [InlineData("max-header-bytes = 2 KiB", 2, 2000)]
    public async Task Too_many_or_too_long_headers_are_answered_431(string limit, int headers, int length)
    {
        await using var node = await SecureNode.StartedAsync($"{Plain}raftnode.http.limits {{ {limit} }}\n");
        var more = string.Concat(Enumerable.Range(0, headers).Select(i => $"X-{i}: {new string('x', length)}\r\n"));

        var refused = await SendAsync(node, "GET", "/health/ready", more);
        Assert.Equal(431, refused.Status);
        Assert.Contains("urn:raftnode:bad-request", refused.Body);
        Assert.Equal(200, (await SendAsync(node, "GET", "/health/ready", "X-1: 1\r\n")).Status);
    }

    [Fact]
    public async Task A_connection_without_requests_is_closed()
    {
        await using var node = await SecureNode.StartedAsync($"{Plain}raftnode.http.limits.idle-timeout = 200 ms\n");
        using var idle = await ConnectAsync(node, "GET /health/live HTTP/1.1\r\nHost: node\r\n\r\n");

        // Until the node closes the connection.
        Assert.Equal(200, RawAnswer.Parse(await ReadAsync(idle)).Status);
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_at_once_and_there_is_room_again_when_another_has_ended()
    {
        await using var node = await SecureNode.StartedAsync($"{Plain}raftnode.http.limits.max-connections = 2\n");
        using var first = await OpenAsync(node);
        using (await OpenAsync(node))
        {
            using var third = await ConnectAsync(node, "");
            Assert.Equal("", await ReadAsync(third));
        }
        await Eventually.IsTrueAsync("room for another connection", async () =>
            (await SendAsync(node, "GET", "/health/live")).Status == 200);
    }

    [Fact]
    public async Task A_client_that_does_not_begin_TLS_is_cut_off()
    {
        await using var node = await SecureNode.StartedAsync("raftnode.http.limits.handshake-timeout = 200 ms\n");
        using var silent = await ConnectAsync(node, "");

        Assert.Equal("", await ReadAsync(silent));
    }

    private static HttpSettings Settings(string limits)
    {
        using var directory = new TemporaryDirectory();
        return NodeSettings.Load(directory.Write("node.conf", $$"""
            raft { group = kv, member-id = a, members = [ { id = a, address = "127.0.0.1:4001" } ] }
            raftnode.http.limits {
              {{limits}}
            }
            """)).Http;
    }

    // A connection that the node has answered on.
    private static async Task<TcpClient> OpenAsync(SecureNode node)
    {
        var connection = await ConnectAsync(node, "GET /health/live HTTP/1.1\r\nHost: node\r\n\r\n");
        Assert.NotEqual(0, await connection.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(ProgramRun.Patience));
        return connection;
    }

    private static async Task<TcpClient> ConnectAsync(SecureNode node, string request)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", new Uri(node.Url).Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return connection;
    }

    private static async Task<string> ReadAsync(TcpClient connection)
    {
        using var text = new ReceivedText();
        try
        {
            await connection.GetStream().CopyToAsync(text).WaitAsync(ProgramRun.Patience);
        }
        catch (IOException)
        {
            // The node does not read what came too late, and resets the connection.
        }
        return text.ToString();
    }

    private static Task<RawAnswer> SendAsync(SecureNode node, string method, string path, string headers = "") =>
        RawHttp.SendAsync(node.Url, RawHttp.Request(method, path, headers));

    private sealed class ReceivedText : MemoryStream
    {
        public override string ToString() => Encoding.UTF8.GetString(ToArray());
    }
}
