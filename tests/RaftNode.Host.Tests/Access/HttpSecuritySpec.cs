using RaftActors.Tests.Tls;
using RaftNode.Host.Access;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Access;

/// <summary>The certificate and the tokens of a node whose wall clock is set.</summary>
public sealed class HttpSecuritySpec : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private readonly WallClock _clock = new();

    public void Dispose()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_step_of_the_clock_ends_neither_a_token_nor_the_certificate_that_is_in_use(int hours)
    {
        string token = TokenDigest.NewToken();
        string tokens = _directory.Write("tokens", TokenTable.Line("ops", Role.Admin, token) + "\n");
        File.SetUnixFileMode(tokens, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // The certificate is new, so a clock that is set back shows a time before it.
        string certificate = _directory.Write("node.pem", _authority.IssuePem("node",
            from: WallClock.Noon.AddMinutes(-1), until: WallClock.Noon.AddDays(60)));
        using var security = new HttpSecurity(Settings(certificate, tokens), _clock);

        foreach (var step in (TimeSpan[])[hours * Hour, TimeSpan.Zero, -hours * Hour, TimeSpan.Zero])
        {
            _clock.Set(step);
            security.Check();
            Assert.Equal(("ops", Role.Admin), security.Tokens!.Find(token));
            Assert.Equal("CN=node", Shown(security));
            Assert.Empty(security.Problems);
        }
    }

    [Fact]
    public void A_new_certificate_counts_as_soon_as_a_clock_that_was_set_back_is_right_again()
    {
        string certificate = _directory.Write("node.pem", _authority.IssuePem("first",
            from: WallClock.Noon.AddDays(-1), until: WallClock.Noon.AddDays(60)));
        using var security = new HttpSecurity(Settings(certificate, ""), _clock);

        _clock.Set(-Hour);
        _directory.Write("node.pem", _authority.IssuePem("second",
            from: WallClock.Noon.AddMinutes(-1), until: WallClock.Noon.AddDays(60)));
        security.Check();
        Assert.Contains("is not valid before", Assert.Single(security.Problems).Detail);
        Assert.Equal("CN=first", Shown(security));

        _clock.Set(TimeSpan.Zero);
        security.Check();
        Assert.Empty(security.Problems);
        Assert.Equal("CN=second", Shown(security));
    }

    private static string Shown(HttpSecurity security) =>
        security.ServerOptions().ServerCertificateContext!.TargetCertificate.Subject;

    private HttpSettings Settings(string certificate, string tokens) => NodeSettings.Load(
        _directory.Write("node.conf", $$"""
            raft { group = kv, member-id = a, members = [ { id = a, address = "127.0.0.1:4001" } ] }
            raftnode.reload-interval = 1 h
            raftnode.http.tls.certificate = "{{certificate}}"
            raftnode.http.access.tokens = "{{tokens}}"
            """)).Http;
}
