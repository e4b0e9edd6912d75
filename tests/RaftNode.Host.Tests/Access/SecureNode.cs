using System.Net;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.Tests.Tls;
using RaftNode.Host.Access;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Access;

/// <summary>A node in this process that serves HTTP with TLS and knows its clients, with all that they need.</summary>
internal sealed class SecureNode : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<Role, string> _tokens = [];
    private readonly int _ports = FreePorts.Range(2);
    private readonly string _file;
    private RunningNode? _node;

    /// <summary>Writes the files of a node.</summary>
    /// <param name="settings">What the node's file says besides.</param>
    public SecureNode(string settings = "")
    {
        AuthorityFile = _directory.Write("ca.pem", Authority.Pem);
        Certificate = _directory.Write("node.pem", Authority.IssuePem("node", ["127.0.0.1", "localhost"]));
        TokenFile = _directory.In("tokens");
        foreach (var role in new[] { Role.Read, Role.Write, Role.Admin })
            _tokens[role] = TokenDigest.NewToken();
        WriteTokens(_tokens.Keys);
        _file = _directory.Write("node.conf", $$"""
            raft { group = kv, member-id = a, members = [ { id = a, address = "127.0.0.1:{{_ports}}" } ] }
            raftnode {
              reload-interval = 50 ms
              http {
                port = {{_ports + 1}}
                tls { certificate = "{{Certificate}}" }
                access.tokens = "{{TokenFile}}"
              }
            }
            akka.loglevel = OFF

            """ + settings.Replace("CA_FILE", AuthorityFile)
                .Replace("PEER_FILE", _directory.In("peer.pem")));
    }

    public TestAuthority Authority { get; } = new();

    public string AuthorityFile { get; }

    /// <summary>The file with the node's certificate and key.</summary>
    public string Certificate { get; }

    public string TokenFile { get; }

    /// <summary>The node's HOCON file.</summary>
    public string ConfigFile => _file;

    public string Url => $"https://127.0.0.1:{_ports + 1}";

    public RunningNode Node => _node!;

    /// <summary>A file of the node's directory.</summary>
    public string In(string name) => _directory.In(name);

    public string Write(string name, string text) => _directory.Write(name, text);

    /// <summary>Makes a node and waits until it leads.</summary>
    public static async Task<SecureNode> StartedAsync(string settings = "", Action<SecureNode>? prepare = null)
    {
        var secure = new SecureNode(settings);
        try
        {
            prepare?.Invoke(secure);
            await secure.StartAsync();
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the node.</summary>
    public async Task StartAsync()
    {
        _node = await RunningNode.StartAsync(NodeSettings.Load(_file, _directory.In("data")))
            .WaitAsync(ProgramRun.Patience);
        await Eventually.IsTrueAsync("the node to lead", async () =>
            (await _node.Group.Ask<RaftStatus>(GetStatus.Instance, ProgramRun.Patience)).Leader is not null);
    }

    /// <summary>Starts the node as a program of its own, which ends with an error.</summary>
    public async Task<string> RefusedAsync(params string[] options)
    {
        var (code, _, errors) =
            await ProgramRun.ToEndAsync(["start", "--config", _file, "--data", _directory.In("data"), .. options]);
        Assert.Equal(ExitCode.No, code);
        return Assert.Single(errors);
    }

    public string Token(Role role) => _tokens[role];

    /// <summary>
    /// Writes the file of tokens with the tokens of some roles, in one step: the node may look at the file at any time.
    /// </summary>
    public void WriteTokens(IEnumerable<Role> roles)
    {
        var text = string.Concat(roles.Select(role => TokenTable.Line($"{role}", role, _tokens[role]) + "\n"));
        string next = _directory.Write("tokens.next", text);
        File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(next, TokenFile, overwrite: true);
    }

    /// <summary>A client that knows the node, and has a role by its token.</summary>
    public HttpClient Client(Role role = Role.Anyone, X509Certificate2? certificate = null)
    {
        string? token = role == Role.Anyone ? null : Write($"{role}.token", Token(role));
        string? own = certificate is null ? null : Write("client.pem", TestAuthority.PemOf(certificate));
        var client = NodeConnection.Client(ProgramRun.Patience, ProgramRun.Patience,
            NodeCredentials.Load(AuthorityFile, own, null, token));
        client.BaseAddress = new Uri(Url);
        return client;
    }

    /// <summary>The status of an answer to a request.</summary>
    public async Task<HttpStatusCode> StatusAsync(Role role, HttpMethod method, string path)
    {
        using var client = Client(role);
        using var request = new HttpRequestMessage(method, path)
        {
            Content = method == HttpMethod.Put ? new StringContent("value") : null,
        };
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>The node's status.</summary>
    public async Task<StatusDocument> StatusAsync()
    {
        using var client = new NodeClient([Url], ProgramRun.Patience,
            NodeCredentials.Load(AuthorityFile, null, null, Write("status.token", Token(Role.Read))));
        var (_, status, problem) = Assert.Single(await client.StatusAsync());
        return status ?? throw new InvalidOperationException(problem);
    }

    /// <summary>Waits for a problem in the node's status.</summary>
    public Task<string> ProblemAsync(string type) => Eventually.GetAsync(type, async () =>
        (await StatusAsync()).Problems.FirstOrDefault(problem => problem.Type == $"urn:raftnode:{type}")?.Detail);

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _directory.Dispose();
        Authority.Dispose();
    }
}
