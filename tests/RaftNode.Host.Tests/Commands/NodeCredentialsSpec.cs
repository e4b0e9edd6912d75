using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RaftActors.Tests.Tls;
using RaftNode.Host.Commands;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Commands;

public sealed class NodeCredentialsSpec : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_command_knows_a_node_by_its_authority_and_shows_its_certificate_and_its_token()
    {
        using var node = new TlsServer(_authority.Issue("node1"));
        var credentials = NodeCredentials.Load(Authority(), _directory.Write("me.pem", _authority.IssuePem("me")),
            null, _directory.Write("token", "secret-1\n"));

        using var client = Client(node, credentials);
        using var answer = await client.SendToAsync(HttpMethod.Get, "/status");

        Assert.Equal(HttpStatusCode.OK, answer!.StatusCode);
        Assert.Equal("CN=me", node.ClientSubject);
        Assert.Contains("Authorization: Bearer secret-1", node.Request);
    }

    [Fact]
    public async Task The_key_of_the_certificate_may_have_a_file_of_its_own()
    {
        using var node = new TlsServer(_authority.Issue("node1"));
        using var own = _authority.Issue("me");
        var credentials = NodeCredentials.Load(Authority(), _directory.Write("me.pem", own.ExportCertificatePem()),
            _directory.Write("me.key", TestAuthority.KeyPemOf(own)), null);

        using var client = Client(node, credentials);
        using var answer = await client.SendToAsync(HttpMethod.Get, "/status");

        Assert.Equal("CN=me", node.ClientSubject);
        Assert.DoesNotContain("Authorization", node.Request);
    }

    [Fact]
    public async Task A_node_of_another_authority_is_refused_and_nothing_is_sent()
    {
        using var other = new TestAuthority("CN=Other");
        using var node = new TlsServer(other.Issue("node1"));

        var message = await RefusedAsync(node, NodeCredentials.Load(Authority(), null, null,
            _directory.Write("token", "secret")));

        Assert.StartsWith($"{node.Url}: no TLS connection: its certificate (CN=node1, issued by CN=Other) is of no "
            + "certificate authority that is trusted here", message);
        Assert.Null(node.Request);
    }

    [Fact]
    public async Task A_node_whose_certificate_is_for_another_host_is_refused()
    {
        using var node = new TlsServer(_authority.Issue("node1", ["node1.example", "10.0.0.1"]));

        Assert.Contains("its certificate is for node1.example, 10.0.0.1, and not for 127.0.0.1",
            await RefusedAsync(node, NodeCredentials.Load(Authority(), null, null, null)));
    }

    [Fact]
    public async Task A_node_whose_certificate_has_expired_is_refused()
    {
        using var node = new TlsServer(_authority.Issue("node1", until: DateTimeOffset.UtcNow.AddMinutes(-1)));

        Assert.Contains("its certificate (CN=node1) is valid from ",
            await RefusedAsync(node, NodeCredentials.Load(Authority(), null, null, null)));
    }

    [Fact]
    public void A_token_is_not_sent_to_another_machine_without_TLS()
    {
        var credentials = NodeCredentials.Load(null, null, null, _directory.Write("token", "secret"));

        var refused = Assert.Throws<NodeStartException>(
            () => new NodeClient(["http://10.0.0.1:8081"], TimeSpan.FromSeconds(1), credentials));
        Assert.Contains("http://10.0.0.1:8081 has no TLS", refused.Message);
        new NodeClient(["http://localhost:8081", "https://10.0.0.1:8081"], TimeSpan.FromSeconds(1), credentials)
            .Dispose();
    }

    [Fact]
    public void Files_that_cannot_be_used_are_named_with_what_is_wrong()
    {
        using var own = _authority.Issue("me");
        string certificate = _directory.Write("me.pem", own.ExportCertificatePem());
        string none = _directory.In("none");
        string empty = _directory.Write("empty", "");

        Assert.Equal($"{none} cannot be read: there is no such file", Problem(authority: none));
        Assert.Contains($"{empty} has no certificate of a certificate authority", Problem(authority: empty));
        Assert.Contains($"{certificate} has a certificate without its private key", Problem(certificate: certificate));
        Assert.Contains("is not the key of the certificate", Problem(certificate: certificate,
            key: _directory.Write("other.key", TestAuthority.KeyPemOf(_authority.Issue("other")))));
        Assert.Contains("give --cert", Problem(key: none));
        Assert.Contains($"{none} cannot be read", Problem(tokenFile: none));
        Assert.Contains($"{empty} is not a file with a token", Problem(tokenFile: empty));
    }

    [Fact]
    public async Task The_environment_says_what_no_option_says()
    {
        string file = _directory.In("nowhere.pem");
        await using var run = ProgramRun.StartWith(NodeOptions.AuthorityVariable, file, "status");

        Assert.Equal(ExitCode.NotDone, await run.ExitAsync());
        Assert.Equal([$"raftnode: {file} cannot be read: there is no such file"], run.Errors);
    }

    private static string Problem(
        string? authority = null, string? certificate = null, string? key = null, string? tokenFile = null) =>
        Assert.Throws<NodeStartException>(() => NodeCredentials.Load(authority, certificate, key, tokenFile)).Message;

    private static async Task<string> RefusedAsync(TlsServer node, NodeCredentials credentials)
    {
        using var client = Client(node, credentials);
        return (await Assert.ThrowsAsync<NodeStartException>(
            () => client.SendAsync(HttpMethod.Put, "key", "value"u8.ToArray()))).Message;
    }

    private static NodeClient Client(TlsServer node, NodeCredentials credentials) =>
        new([node.Url], ProgramRun.Patience, credentials);

    private string Authority() => _directory.Write("ca.pem", _authority.Pem);

    /// <summary>Answers one request over TLS with 200, and asks clients for their certificates.</summary>
    private sealed class TlsServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2 _certificate;

        public TlsServer(X509Certificate2 certificate)
        {
            _certificate = certificate;
            _listener.Start();
            _ = ServeAsync();
        }

        public string Url => $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public string? ClientSubject { get; private set; }

        public string? Request { get; private set; }

        public void Dispose()
        {
            _listener.Dispose();
            _certificate.Dispose();
        }

        private async Task ServeAsync()
        {
            using var connection = await _listener.AcceptTcpClientAsync();
            await using var tls = new SslStream(connection.GetStream());
            try
            {
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                });
            }
            catch (Exception e) when (e is AuthenticationException or IOException)
            {
                return;
            }
            ClientSubject = tls.RemoteCertificate?.Subject;
            var bytes = new byte[4096];
            var read = await tls.ReadAsync(bytes);
            Request = read > 0 ? Encoding.ASCII.GetString(bytes, 0, read) : null;
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        }
    }
}
