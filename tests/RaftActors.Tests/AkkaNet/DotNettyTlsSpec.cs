using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using RaftActors.Tests.Tls;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET's own transport does about certificates. docs/security.md says why RaftActors has another way. If one
/// of these specs fails with a new version of Akka.NET, correct that page.
/// </summary>
public sealed class DotNettyTlsSpec : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly List<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(static system => system.Terminate()));
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    // suppress-validation stands for an authority of the system, which a spec cannot add.
    [Fact]
    public async Task Where_names_are_validated_the_name_of_a_system_that_connects_is_not()
    {
        var there = Create(Pfx("there"), "suppress-validation = on, validate-certificate-hostname = on");
        var here = Create(Pfx("here", hosts: ["elsewhere.example"]),
            "suppress-validation = on, validate-certificate-hostname = off");

        var echo = here.ActorSelection(new RootActorPath(
            ((RemoteActorRefProvider)((ExtendedActorSystem)there).Provider).DefaultAddress) / "user" / "echo");
        Assert.Equal("hello", await echo.Ask<string>("hello", Patience));
    }

    [Fact]
    public void An_own_certificate_that_has_expired_does_not_stop_the_start() =>
        Assert.NotNull(Create(Pfx("late", until: DateTimeOffset.UtcNow.AddMinutes(-1)), ""));

    [Fact]
    public void A_PEM_file_is_not_read()
    {
        string file = Path.Combine(_directory, "own.pem");
        File.WriteAllText(file, _authority.IssuePem("own"));

        Assert.ThrowsAny<Exception>(() => Create(file, "suppress-validation = on"));
    }

    private string Pfx(string name, string[]? hosts = null, DateTimeOffset? until = null)
    {
        using var certificate = _authority.Issue(name, hosts, until: until);
        string file = Path.Combine(_directory, $"{name}.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12, "secret"));
        return file;
    }

    private ActorSystem Create(string certificate, string settings)
    {
        var system = ActorSystem.Create("tls", ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF, stdout-loglevel = OFF
              actor.provider = remote
              remote.dot-netty.tcp {
                hostname = "127.0.0.1", port = 0, enable-ssl = on
                ssl {
                  certificate { path = "{{certificate}}", password = secret }
                  {{settings}}
                }
              }
            }
            """));
        _systems.Add(system);
        system.ActorOf(Act.Echo(), "echo");
        return system;
    }
}
