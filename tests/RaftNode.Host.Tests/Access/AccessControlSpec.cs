using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using RaftActors;
using RaftActors.Tests.Tls;
using RaftNode.Host.Access;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Access;

public sealed class AccessControlSpec : IDisposable
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("10.0.0.9");

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private readonly Dictionary<Role, string> _tokens = [];

    private readonly AccessSettings _settings = new()
    {
        Certificates = new Dictionary<string, Role> { ["CN=ops"] = Role.Admin, ["CN=app"] = Role.Write },
    };

    public AccessControlSpec()
    {
        foreach (var role in new[] { Role.Read, Role.Write, Role.Admin })
            _tokens[role] = TokenDigest.NewToken();
    }

    public void Dispose()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(nameof(Role.Read), nameof(Role.Anyone), 200)]
    [InlineData(nameof(Role.Read), nameof(Role.Read), 200)]
    [InlineData(nameof(Role.Read), nameof(Role.Write), 403)]
    [InlineData(nameof(Role.Read), nameof(Role.Admin), 403)]
    [InlineData(nameof(Role.Write), nameof(Role.Read), 200)]
    [InlineData(nameof(Role.Write), nameof(Role.Write), 200)]
    [InlineData(nameof(Role.Write), nameof(Role.Admin), 403)]
    [InlineData(nameof(Role.Admin), nameof(Role.Write), 200)]
    [InlineData(nameof(Role.Admin), nameof(Role.Admin), 200)]
    public async Task A_role_may_do_what_the_roles_before_it_may(string hasName, string requiredName, int status)
    {
        var (has, required) = (Enum.Parse<Role>(hasName), Enum.Parse<Role>(requiredName));
        var (answer, body) = await SendAsync(required, token: _tokens[has]);

        Assert.Equal(status, answer.StatusCode);
        if (status == 403)
        {
            Assert.Equal("urn:raftnode:forbidden", body.GetProperty("type").GetString());
            Assert.Equal(
                $"PUT /thing needs the role {Name(required)}, and {Name(has)}-client has the role {Name(has)}.",
                body.GetProperty("detail").GetString());
            Assert.Equal("not-done", body.GetProperty("outcome").GetString());
        }
    }

    [Fact]
    public async Task A_request_without_a_token_is_told_what_it_needs()
    {
        var (answer, body) = await SendAsync(Role.Read);

        Assert.Equal((401, "Bearer realm=\"raftnode\""),
            (answer.StatusCode, answer.Headers.WWWAuthenticate.ToString()));
        Assert.Equal("urn:raftnode:unauthorized", body.GetProperty("type").GetString());
        Assert.Contains("Authorization: Bearer TOKEN", body.GetProperty("detail").GetString());
        Assert.Equal(200, (await SendAsync(Role.Anyone)).Answer.StatusCode);
    }

    [Theory]
    [InlineData("Bearer nonsense", true)]
    [InlineData("Bearer ", true)]
    [InlineData("Basic b3BzOm9wcw==", false)]
    [InlineData("nonsense", false)]
    public async Task A_token_that_is_not_known_is_refused(string header, bool isToken)
    {
        var (answer, _) = await SendAsync(Role.Read, header: header);

        Assert.Equal(401, answer.StatusCode);
        Assert.Equal(isToken, answer.Headers.WWWAuthenticate.ToString().EndsWith("error=\"invalid_token\""));
    }

    [Fact]
    public async Task A_token_that_comes_without_TLS_from_another_machine_is_refused_although_it_is_right()
    {
        var token = _tokens[Role.Admin];
        var (answer, body) = await SendAsync(Role.Read, token, scheme: "http", from: Elsewhere);

        Assert.Equal(401, answer.StatusCode);
        Assert.Contains("A token is not accepted without TLS", body.GetProperty("detail").GetString());
        Assert.Equal(200, (await SendAsync(Role.Read, token, scheme: "http")).Answer.StatusCode);
        Assert.Equal(200,
            (await SendAsync(Role.Read, token, scheme: "http", from: Elsewhere, isInsecure: true)).Answer.StatusCode);
    }

    [Theory]
    [InlineData("ops", nameof(Role.Admin), 200)]
    [InlineData("app", nameof(Role.Write), 200)]
    [InlineData("app", nameof(Role.Admin), 403)]
    [InlineData("nobody", nameof(Role.Read), 401)]
    public async Task A_client_certificate_has_the_role_of_its_subject(string subject, string required, int status)
    {
        using var certificate = _authority.Issue(subject);
        var (answer, body) = await SendAsync(Enum.Parse<Role>(required), certificate: certificate);

        Assert.Equal(status, answer.StatusCode);
        if (status == 401)
            Assert.StartsWith("The client certificate CN=nobody has no role here",
                body.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_token_counts_before_the_certificate()
    {
        using var certificate = _authority.Issue("ops");

        Assert.Equal(403,
            (await SendAsync(Role.Admin, _tokens[Role.Read], certificate: certificate)).Answer.StatusCode);
        Assert.Equal(401,
            (await SendAsync(Role.Read, "wrong", certificate: certificate)).Answer.StatusCode);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_say_its_role_is_for_administrators()
    {
        Assert.Equal(403, (await SendAsync(null, _tokens[Role.Write])).Answer.StatusCode);
        Assert.Equal(200, (await SendAsync(null, _tokens[Role.Admin])).Answer.StatusCode);
    }

    [Fact]
    public async Task Each_refusal_is_counted()
    {
        var counted = new List<string?>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Raft.MeterName && instrument.Name == "raft.http.problems")
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (counted)
                counted.Add(tags[0].Value as string);
        });
        listener.Start();

        await SendAsync(Role.Read);
        await SendAsync(Role.Write, _tokens[Role.Read]);

        lock (counted)
        {
            Assert.Contains("urn:raftnode:unauthorized", counted);
            Assert.Contains("urn:raftnode:forbidden", counted);
        }
    }

    private async Task<(HttpResponse Answer, JsonElement Body)> SendAsync(
        Role? required, string? token = null, string? header = null, X509Certificate2? certificate = null,
        string scheme = "https", IPAddress? from = null, bool isInsecure = false)
    {
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider(),
        };
        using var written = new MemoryStream();
        context.Response.Body = written;
        context.Request.Method = "PUT";
        context.Request.Path = "/thing";
        context.Request.Scheme = scheme;
        context.Connection.RemoteIpAddress = from ?? (scheme == "http" ? IPAddress.Loopback : Elsewhere);
        context.Connection.ClientCertificate = certificate;
        if ((header ?? (token is null ? null : $"Bearer {token}")) is { } authorization)
            context.Request.Headers.Authorization = authorization;
        context.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/thing"), 0,
            required is { } role ? new EndpointMetadataCollection(new RequiredRole(role)) : null, "thing"));

        await new AccessControl(_settings, isInsecure, Tokens)
            .InvokeAsync(context, static _ => Task.CompletedTask);

        return (context.Response, written.Length == 0 ? default
            : JsonDocument.Parse(written.ToArray()).RootElement);
    }

    private TokenTable Tokens()
    {
        string file = _directory.Write("tokens", string.Join('\n', _tokens.Select(static entry =>
            TokenTable.Line($"{Name(entry.Key)}-client", entry.Key, entry.Value))));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return TokenTable.Load(file);
    }

    private static string Name(Role role) => role.ToString().ToLowerInvariant();
}
