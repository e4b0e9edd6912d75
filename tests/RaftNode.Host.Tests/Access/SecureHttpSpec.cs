using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RaftActors.Tests.Tls;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Access;

/// <summary>
/// What a node with certificates and tokens serves to whom, and what it does when their files change.
/// </summary>
public sealed class SecureHttpSpec
{
    private const string Required =
        "raftnode.http.tls { client-ca = \"CA_FILE\", client-certificates = required }\n";

    [Fact]
    public async Task Each_role_may_do_its_own_and_no_more_and_health_is_open()
    {
        await using var node = await SecureNode.StartedAsync();

        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/health/ready"));
        Assert.Equal(HttpStatusCode.Unauthorized, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Read, HttpMethod.Get, "/metrics"));
        Assert.Equal(HttpStatusCode.Unauthorized, await node.StatusAsync(Role.Anyone, HttpMethod.Put, "/kv/a"));
        Assert.Equal(HttpStatusCode.Forbidden, await node.StatusAsync(Role.Read, HttpMethod.Put, "/kv/a"));
        Assert.Equal(HttpStatusCode.Created, await node.StatusAsync(Role.Write, HttpMethod.Put, "/kv/a"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Read, HttpMethod.Get, "/kv/a"));
        Assert.Equal(HttpStatusCode.Forbidden, await node.StatusAsync(Role.Write, HttpMethod.Post, "/snapshot"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Admin, HttpMethod.Post, "/snapshot"));
        // Routing answers first.
        Assert.Equal(HttpStatusCode.NotFound, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/nothing"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed,
            await node.StatusAsync(Role.Anyone, HttpMethod.Delete, "/status"));
    }

    [Fact]
    public async Task Health_and_metrics_are_as_the_operator_says()
    {
        await using var node =
            await SecureNode.StartedAsync("raftnode.http.access { health = read, metrics = open }\n");

        Assert.Equal(HttpStatusCode.Unauthorized, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Read, HttpMethod.Get, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/metrics"));
    }

    [Fact]
    public async Task The_commands_reach_such_a_node()
    {
        await using var node = await SecureNode.StartedAsync();
        string token = node.Write("write.token", node.Token(Role.Write));
        string[] where = ["--url", node.Url, "--cacert", node.AuthorityFile];

        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["put", "a", "1", .. where, "--token-file", token])).Code);
        var (code, _, errors) = await ProgramRun.ToEndAsync(["put", "a", "1", .. where]);
        Assert.Equal(ExitCode.NotDone, code);
        Assert.StartsWith("raftnode: This request needs a token", Assert.Single(errors));
    }

    [Fact]
    public async Task A_token_that_was_taken_out_of_the_file_is_refused()
    {
        await using var node = await SecureNode.StartedAsync();
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Write, HttpMethod.Get, "/status"));

        node.WriteTokens([Role.Read]);

        await Eventually.IsTrueAsync("the token to be refused", async () =>
            await node.StatusAsync(Role.Write, HttpMethod.Get, "/status") == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Read, HttpMethod.Get, "/status"));
    }

    [Fact]
    public async Task A_file_of_tokens_that_others_can_read_after_a_change_does_not_count()
    {
        await using var node = await SecureNode.StartedAsync();

        node.WriteTokens([Role.Read, Role.Admin]);
        File.SetUnixFileMode(node.TokenFile,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Contains("can be read or written by other users", await node.ProblemAsync("tokens"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/health/ready"));
        File.SetUnixFileMode(node.TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Eventually.IsTrueAsync("the problem to end", async () => (await node.StatusAsync()).Problems.Count == 0);
    }

    [Fact]
    public async Task A_new_certificate_is_shown_to_the_next_client_and_a_broken_one_never()
    {
        await using var node = await SecureNode.StartedAsync();
        string first = await ShownAsync(node);

        File.WriteAllText(node.Certificate, "-----BEGIN CERTIFICATE-----\nnonsense");
        Assert.Contains(node.Certificate, await node.ProblemAsync("certificate"));
        Assert.Equal(first, await ShownAsync(node));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/health/ready"));

        File.WriteAllText(node.Certificate, node.Authority.IssuePem("next"));
        await Eventually.IsTrueAsync("the next certificate", async () => await ShownAsync(node) != first);
        await Eventually.IsTrueAsync("the problem to end", async () => (await node.StatusAsync()).Problems.Count == 0);
    }

    [Fact]
    public async Task A_certificate_that_expires_soon_is_a_problem_in_the_status_and_the_node_is_ready()
    {
        await using var node = await SecureNode.StartedAsync(prepare: static node => File.WriteAllText(
            node.Certificate, node.Authority.IssuePem("node", until: DateTimeOffset.UtcNow.AddDays(10).AddHours(1))));

        Assert.Contains("in 10 days: replace it.", await node.ProblemAsync("certificate"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/health/ready"));
    }

    [Fact]
    public async Task A_certificate_that_has_expired_stops_the_start()
    {
        await using var node = new SecureNode();
        File.WriteAllText(node.Certificate,
            node.Authority.IssuePem("node", until: DateTimeOffset.UtcNow.AddMinutes(-1)));

        var problem = await node.RefusedAsync();
        Assert.StartsWith($"raftnode: HTTP is not started: The certificate in {node.Certificate} has expired on ",
            problem);
    }

    [Theory]
    [InlineData("ca = \"CA_FILE\", certificate = \"none.pem\"", "none.pem cannot be read: there is no such file")]
    [InlineData("certificate = \"CA_FILE\", ca = \"CA_FILE\"", "has a certificate without its private key")]
    public async Task A_certificate_for_other_nodes_that_cannot_be_used_stops_the_start(string tls, string problem)
    {
        await using var node = new SecureNode($"raftnode.remote.tls {{ {tls} }}\n");

        var refusal = await node.RefusedAsync();
        Assert.StartsWith("raftnode: TLS between nodes: ", refusal);
        Assert.Contains(problem, refusal);
    }

    [Fact]
    public async Task Nodes_with_certificates_found_a_group_and_a_certificate_that_expires_soon_is_a_problem()
    {
        await using var node = await SecureNode.StartedAsync(
            "raftnode.remote.tls { certificate = \"PEER_FILE\", ca = \"CA_FILE\" }\n",
            static node => node.Write("peer.pem",
                node.Authority.IssuePem("peer", until: DateTimeOffset.UtcNow.AddDays(5).AddHours(1))));

        Assert.Contains("peer.pem expires on ", await node.ProblemAsync("certificate"));
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Anyone, HttpMethod.Get, "/health/ready"));
    }

    [Fact]
    public async Task A_certificate_without_its_key_stops_the_start()
    {
        await using var node = new SecureNode();
        using var certificate = node.Authority.Issue("node");
        File.WriteAllText(node.Certificate, certificate.ExportCertificatePem());

        Assert.Contains($"{node.Certificate} has a certificate without its private key", await node.RefusedAsync());
    }

    [Fact]
    public async Task A_file_of_tokens_that_others_can_read_stops_the_start()
    {
        await using var node = new SecureNode();
        File.SetUnixFileMode(node.TokenFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Contains($"chmod 600 {node.TokenFile}", await node.RefusedAsync());
    }

    [Theory]
    [InlineData("raftnode.http { address = \"0.0.0.0\", tls.certificate = \"\", access.tokens = \"\" }",
        "HTTP has no TLS. Set raftnode.http.tls.certificate (and key) to the node's certificate, and set "
        + "raftnode.http.access.tokens")]
    [InlineData("raftnode.http { address = \"0.0.0.0\", tls.certificate = \"\" }",
        "HTTP has no TLS. Set raftnode.http.tls.certificate (and key) to the node's certificate. Or")]
    [InlineData("raftnode.http { address = \"0.0.0.0\", access.tokens = \"\" }",
        "HTTP does not ask who they are. Keep raftnode.http.tls, and set raftnode.http.access.tokens")]
    public async Task A_node_that_others_can_reach_does_not_start_without_TLS_and_roles(string settings, string problem)
    {
        await using var node = new SecureNode(settings);

        var refusal = await node.RefusedAsync();
        Assert.StartsWith("raftnode: raftnode.http.address = 0.0.0.0: other machines can reach this address", refusal);
        Assert.Contains(problem, refusal);
        Assert.Contains("--insecure", refusal);
        Assert.Null(NodeSettings.Load(node.ConfigFile, insecure: true).Http.Exposure);
        var (code, output, _) = await ProgramRun.ToEndAsync(["check", "--config", node.ConfigFile]);
        Assert.Equal(ExitCode.No, code);
        Assert.Contains($"error     address: {refusal["raftnode: ".Length..]}", output.Split('\n'));
    }

    [Fact]
    public async Task A_client_without_a_certificate_gets_no_connection_where_one_is_required()
    {
        await using var node = await SecureNode.StartedAsync(Required
            + "raftnode.http.access.certificates.write = [ \"CN=app\" ]\n");

        await RefusedAsync(node.Client(Role.Admin));
        using var other = new TestAuthority("CN=Other");
        await RefusedAsync(node.Client(Role.Admin, other.Issue("app")));
        using var late = node.Authority.Issue("app", until: DateTimeOffset.UtcNow.AddMinutes(-1));
        var handler = NodeConnection.Handler(ProgramRun.Patience,
            NodeCredentials.Load(node.AuthorityFile, null, null, null));
        handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(late, null, offline: true);
        await RefusedAsync(new HttpClient(handler) { BaseAddress = new Uri(node.Url) });
        using var client = node.Client(Role.Anyone, node.Authority.Issue("app"));
        using var written = await client.PutAsync("/kv/a", new StringContent("1"));
        using var snapshot = await client.PostAsync("/snapshot", null);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Forbidden), (written.StatusCode, snapshot.StatusCode));
    }

    [Fact]
    public async Task A_client_certificate_that_is_optional_must_still_be_of_the_authority()
    {
        await using var node = await SecureNode.StartedAsync("raftnode.http.tls.client-ca = \"CA_FILE\"\n");

        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Read, HttpMethod.Get, "/status"));
        using var other = new TestAuthority("CN=Other");
        await RefusedAsync(node.Client(Role.Admin, other.Issue("app")));
    }

    [Fact]
    public async Task A_request_without_TLS_is_not_answered_and_the_node_goes_on()
    {
        await using var node = await SecureNode.StartedAsync();

        var answer = await RawHttpOf(node, "GET /status HTTP/1.1\r\nHost: node\r\n\r\n");
        Assert.DoesNotContain("200", answer);
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync(Role.Read, HttpMethod.Get, "/status"));
    }

    private static async Task<string> RawHttpOf(SecureNode node, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(node.Url).Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        try
        {
            return await reader.ReadToEndAsync().WaitAsync(ProgramRun.Patience);
        }
        catch (IOException)
        {
            return "";
        }
    }

    // The certificate that the node shows, by its serial number.
    private static async Task<string> ShownAsync(SecureNode node)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(node.Url).Port);
        await using var tls = new SslStream(socket.GetStream(), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("127.0.0.1");
        return ((X509Certificate2)tls.RemoteCertificate!).SerialNumber;
    }

    private static async Task RefusedAsync(HttpClient client)
    {
        using (client)
        {
            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/status"));
            Assert.True(failure.InnerException is IOException or AuthenticationException
                or SocketException or null, failure.ToString());
        }
    }
}
