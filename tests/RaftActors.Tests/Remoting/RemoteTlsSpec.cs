using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using RaftActors.Remoting;
using RaftActors.Tests.Docs;
using RaftActors.Tests.Tls;

namespace RaftActors.Tests.Remoting;

/// <summary>Actor systems that talk with TLS, and those that get no connection.</summary>
public sealed class RemoteTlsSpec : IAsyncLifetime
{
    private const string DotNetty = "Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly List<ActorSystem> _systems = [];
    private readonly ConcurrentDictionary<ActorSystem, ConcurrentQueue<string>> _logs = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(static system => system.Terminate()));
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Systems_with_certificates_of_one_authority_talk()
    {
        var (here, there) = (Create(), Create());

        Assert.Equal("akka.ssl.tcp", AddressOf(there).Protocol);
        Assert.Equal("hello", await AskAsync(here, there, "hello"));
        Assert.Equal("again", await AskAsync(there, here, "again"));
    }

    [Fact]
    public async Task Messages_that_are_longer_than_any_record_of_TLS_arrive()
    {
        var (here, there) = (Create(), Create());
        string text = new('x', 1 << 20);

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(here, there, text))),
            answer => Assert.Equal(text, answer));
    }

    [Fact]
    public async Task A_system_of_another_authority_gets_no_connection_and_both_logs_say_why()
    {
        using var other = new TestAuthority("CN=Other");
        var (here, there) = (Create(certificate: other.IssuePem("stranger"), authority: _authority.Pem + other.Pem),
            Create());

        await RefusedAsync(here, there, saidThere: "its certificate (CN=stranger, issued by CN=Other) is of no "
            + "certificate authority that is trusted here");
    }

    [Fact]
    public async Task A_system_does_not_talk_to_one_of_another_authority()
    {
        using var other = new TestAuthority("CN=Other");
        var (here, there) = (Create(), Create(certificate: other.IssuePem("stranger"),
            authority: _authority.Pem + other.Pem));

        await RefusedAsync(here, there, saidHere: "its certificate (CN=stranger, issued by CN=Other) is of no "
            + "certificate authority that is trusted here");
    }

    [Fact]
    public async Task A_system_whose_certificate_is_for_another_host_gets_no_connection()
    {
        var (here, there) = (Create(), Create(certificate: _authority.IssuePem("there", ["node2.example"])));

        await RefusedAsync(here, there, saidHere: "its certificate is for node2.example, and not for 127.0.0.1");
        // The other way round, the host is the one that the system says to be at.
        await RefusedAsync(there, here, saidThere: "its certificate is for node2.example, and not for 127.0.0.1");
    }

    [Fact]
    public async Task The_host_does_not_matter_where_names_are_not_verified()
    {
        string certificate = _authority.IssuePem("any", ["any.example"]);
        var (here, there) = (Create("verify-names = off", certificate), Create("verify-names = off", certificate));

        Assert.Equal("hello", await AskAsync(here, there, "hello"));
        Assert.Equal("again", await AskAsync(there, here, "again"));
    }

    [Fact]
    public async Task Who_shows_a_certificate_that_has_expired_or_none_gets_no_connection()
    {
        var there = Create();
        using var late = _authority.Issue("late", until: DateTimeOffset.UtcNow.AddMinutes(-1));

        await ConnectAsync(there, late);
        await Until(() => IsSaid(there, "its certificate (CN=late) is valid from "));
        await ConnectAsync(there, null);
        await Until(() => IsSaid(there, "it showed no certificate"));
        Assert.Equal("hello", await AskAsync(Create(), there, "hello"));
    }

    [Theory]
    [InlineData("127.0.0.1", -1, "its certificate (CN=shown) is valid from ")]
    [InlineData("node2.example", 60, "its certificate is for node2.example, and not for 127.0.0.1")]
    public async Task A_system_sends_nothing_to_one_whose_certificate_has_expired_or_is_for_another_host(
        string host, int minutesLeft, string said)
    {
        var here = Create();
        using var certificate =
            _authority.Issue("shown", [host], until: DateTimeOffset.UtcNow.AddMinutes(minutesLeft));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var refusals = new ConcurrentQueue<bool>();
        using var end = new CancellationTokenSource();
        var serving = ServeAsync(listener, certificate, refusals, end.Token);

        here.ActorSelection($"akka.ssl.tcp://tls@{listener.LocalEndpoint}/user/echo").Tell("hello");

        await Until(() => IsSaid(here, said) || refusals.Contains(false));
        await Until(() => !refusals.IsEmpty);
        await end.CancelAsync();
        await serving;
        Assert.All(refusals, Assert.True);
    }

    [Fact]
    public async Task A_system_without_TLS_gets_no_connection()
    {
        var (secure, plain) = (Create(), Create(isPlain: true));

        await RefusedAsync(plain, secure, saidThere: "no TLS", protocol: "akka.tcp");
        Assert.Equal("hello", await AskAsync(Create(), secure, "hello"));
    }

    [Fact]
    public async Task A_system_with_TLS_makes_no_connection_to_one_without()
    {
        var (secure, plain) = (Create(), Create(isPlain: true));

        await RefusedAsync(secure, plain, saidHere: "no TLS connection",
            saidThere: "It begins TLS, and this system has no TLS.", protocol: "akka.ssl.tcp");
    }

    [Fact]
    public async Task A_certificate_that_was_replaced_counts_for_the_next_connection()
    {
        string file = Write("late.pem", _authority.IssuePem("wrong", ["elsewhere.example"]));
        var (here, there) = (Create("reload-interval = 50 ms", file: file), Create());
        await RefusedAsync(here, there, saidThere: "elsewhere.example");

        File.WriteAllText(file, _authority.IssuePem("right"));
        string? answer = null;
        await Until(async () => (answer = await TryAskAsync(here, there, "hello")) is not null);
        Assert.Equal("hello", answer);
    }

    [Fact]
    public async Task The_example_for_DotNetty_talks_with_this_transport_and_refuses_another_authority()
    {
        using var other = new TestAuthority("CN=Other");
        var here = CreateDotNetty(_authority.IssuePem("here"));
        var there = Create();
        var stranger = CreateDotNetty(other.IssuePem("stranger"));

        Assert.Equal("hello", await AskAsync(here, there, "hello"));
        Assert.Equal("again", await AskAsync(there, here, "again"));
        await RefusedAsync(stranger, there, saidThere: "is of no certificate authority that is trusted here");
        Assert.Null(await TryAskAsync(there, stranger, "hello"));
        Assert.Null(await TryAskAsync(stranger, here, "hello"));
    }

    [Theory]
    [InlineData("certificate = \"CERTIFICATE\"", "tls.ca is missing")]
    [InlineData("ca = \"AUTHORITY\"", "tls.certificate is missing")]
    [InlineData("certificate = \"none.pem\", ca = \"AUTHORITY\"",
        "tls: none.pem cannot be read: there is no such file")]
    [InlineData("certificate = \"CERTIFICATE\", ca = \"AUTHORITY\", reload-interval = 0 s",
        "must be more than nothing")]
    [InlineData("certificate = \"CERTIFICATE\", ca = \"AUTHORITY\", verify-name = off",
        "tls.verify-name: there is no such key. The nearest one is verify-names")]
    public void A_setting_that_it_cannot_keep_is_refused(string tls, string problem)
    {
        string settings = tls.Replace("CERTIFICATE", Write("own.pem", _authority.IssuePem("own")))
            .Replace("AUTHORITY", Write("ca.pem", _authority.Pem));

        var refusal = Assert.ThrowsAny<Exception>(() => Started(
            ConfigurationFactory.ParseString($"akka.remote.dot-netty.tcp.tls {{ {settings} }}").WithFallback(Plain)));

        Assert.Contains(problem, refusal.ToString());
    }

    private static Config Plain { get; } = ConfigurationFactory.ParseString("""
        akka {
          loglevel = WARNING, stdout-loglevel = OFF, loggers = []
          actor.provider = remote
          remote {
            retry-gate-closed-for = 50 ms
            dot-netty.tcp {
              hostname = "127.0.0.1", port = 0
              transport-class = "RaftActors.Remoting.TcpTransport, RaftActors"
            }
          }
        }
        """).WithFallback(Raft.DefaultConfig());

    private ActorSystem Create(string settings = "", string? certificate = null, string? authority = null,
        bool isPlain = false, string? file = null)
    {
        if (isPlain)
            return Started(Plain);
        file ??= Write($"{_systems.Count}.pem", certificate ?? _authority.IssuePem("node"));
        string authorities = Write($"{_systems.Count}-ca.pem", authority ?? _authority.Pem);
        return Started(ConfigurationFactory.ParseString($$"""
            akka.remote.dot-netty.tcp.tls {
              certificate = "{{file}}", ca = "{{authorities}}"
              {{settings}}
            }
            """).WithFallback(Plain));
    }

    private ActorSystem CreateDotNetty(string certificate)
    {
        var setup = TlsExamples.DotNettyTls(Write($"{_systems.Count}.pem", certificate),
            Write($"{_systems.Count}-ca.pem", _authority.Pem));
        var config = ConfigurationFactory.ParseString(
            $"akka.remote.dot-netty.tcp {{ transport-class = \"{DotNetty}\", enable-ssl = on }}").WithFallback(Plain);
        return Started(config, setup);
    }

    private ActorSystem Started(Config config, params Setup[] setups)
    {
        var system = ActorSystem.Create("tls",
            ActorSystemSetup.Create([BootstrapSetup.Create().WithConfig(config), .. setups]));
        _systems.Add(system);
        var log = _logs[system] = new ConcurrentQueue<string>();
        var listener = system.ActorOf(Props.Create(() => new Listener(log)));
        system.EventStream.Subscribe(listener, typeof(LogEvent));
        system.EventStream.Subscribe(listener, typeof(AssociationErrorEvent));
        system.ActorOf(Props.Create(() => new Echo()), "echo");
        return system;
    }

    private async Task RefusedAsync(ActorSystem here, ActorSystem there, string? saidHere = null,
        string? saidThere = null, string? protocol = null)
    {
        await Until(async () =>
        {
            Assert.Null(await TryAskAsync(here, there, "hello", protocol));
            return IsSaid(here, saidHere) && IsSaid(there, saidThere);
        }, () => string.Join('\n', _logs[here].Concat(_logs[there])));
    }

    private bool IsSaid(ActorSystem system, string? text) =>
        text is null || _logs[system].Any(line => line.Contains(text, StringComparison.Ordinal));

    private static async Task ConnectAsync(ActorSystem there, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", AddressOf(there).Port!.Value);
        await using var tls = new SslStream(socket.GetStream(), false, static (_, _, _, _) => true);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                ClientCertificateContext = certificate is null ? null
                    : SslStreamCertificateContext.Create(certificate, null, offline: true),
            }).WaitAsync(Limit);
            Assert.Equal(0, await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(Limit));
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // The other side has refused the certificate.
        }
    }

    // Shows a certificate to whoever connects, and notes whether nothing was sent through the connection.
    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate,
        ConcurrentQueue<bool> refusals, CancellationToken end)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptTcpClientAsync(end);
                await using var tls = new SslStream(socket.GetStream());
                refusals.Enqueue(await IsRefusedAsync(tls, certificate));
            }
        }
        catch (OperationCanceledException)
        {
            // The spec has seen enough.
        }
    }

    private static async Task<bool> IsRefusedAsync(SslStream tls, X509Certificate2 certificate)
    {
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            }).WaitAsync(Limit);
            return await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(Limit) == 0;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return true;
        }
    }

    private static async Task<string?> TryAskAsync(ActorSystem here, ActorSystem there, string text,
        string? protocol = null)
    {
        try
        {
            return await AskAsync(here, there, text, protocol, TimeSpan.FromMilliseconds(300));
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private static Task<string> AskAsync(ActorSystem here, ActorSystem there, string text, string? protocol = null,
        TimeSpan? limit = null) =>
        here.ActorSelection(new RootActorPath(AddressOf(there).WithProtocol(protocol ?? AddressOf(there).Protocol))
            / "user" / "echo").Ask<string>(text, limit ?? Limit);

    private static Address AddressOf(ActorSystem system) =>
        ((RemoteActorRefProvider)((ExtendedActorSystem)system).Provider).DefaultAddress;

    private static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    private static async Task Until(Func<Task<bool>> condition, Func<string>? seen = null)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (!await condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"Waited in vain. {seen?.Invoke()}");
            await Task.Delay(20);
        }
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<string>(text => Sender.Tell(text));
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(ConcurrentQueue<string> log) => ReceiveAny(said => log.Enqueue(said.ToString()!));
    }
}
