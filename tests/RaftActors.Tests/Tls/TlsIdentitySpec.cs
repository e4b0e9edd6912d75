using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RaftActors.Tls;

namespace RaftActors.Tests.Tls;

public sealed class TlsIdentitySpec : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly string _directory = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void The_key_is_in_the_file_of_the_certificate_or_in_one_of_its_own()
    {
        using var own = _authority.Issue("a");
        string both = Write("both.pem", TestAuthority.PemOf(own));
        string certificate = Write("a.pem", own.ExportCertificatePem());
        string key = Write("a.key", TestAuthority.KeyPemOf(own));

        Assert.True(Load(both).Certificate.HasPrivateKey);
        Assert.True(Load(certificate, key).Certificate.HasPrivateKey);
        Assert.StartsWith($"{certificate} has a certificate without its private key", Problem(certificate));
        Assert.StartsWith($"{certificate} has no private key", Problem(certificate, certificate));
        Assert.StartsWith($"The private key in {both} is not the key of the certificate in {certificate}",
            Problem(Write("a.pem", _authority.Issue("b").ExportCertificatePem()), both));
        Assert.StartsWith($"{key} has no certificate", Problem(key));
    }

    [Fact]
    public void A_PFX_file_has_a_password()
    {
        using var own = _authority.Issue("a");
        string file = Path.Combine(_directory, "a.pfx");
        File.WriteAllBytes(file, own.Export(X509ContentType.Pkcs12, "secret"));

        Assert.Equal("CN=a", Load(file, password: "secret").Certificate.Subject);
        Assert.StartsWith($"{file} is neither a PEM file nor a PFX file with this password", Problem(file));
        Assert.StartsWith($"{file} is not a PEM file, so {file} cannot be its key",
            Problem(file, file, password: "secret"));
    }

    [Fact]
    public void A_key_may_be_encrypted()
    {
        using var own = _authority.Issue("a");
        using var key = own.GetECDsaPrivateKey()!;
        string certificate = Write("a.pem", own.ExportCertificatePem());
        string encrypted = Write("a.key", key.ExportEncryptedPkcs8PrivateKeyPem("secret",
            new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

        Assert.True(Load(certificate, encrypted, "secret").Certificate.HasPrivateKey);
        Assert.StartsWith($"The private key in {encrypted} is encrypted, and no password is given",
            Problem(certificate, encrypted));
        Assert.StartsWith($"The private key in {encrypted} cannot be used", Problem(certificate, encrypted, "wrong"));
    }

    [Fact]
    public void A_certificate_warns_from_thirty_days_before_its_end_and_is_refused_outside_of_its_time()
    {
        var end = Now.AddDays(31);
        string file = Write("a.pem", _authority.IssuePem("a", from: Now.AddDays(-1), until: end));
        var identity = Load(file);

        Assert.Null(identity.ExpiryAt(Now));
        Assert.StartsWith($"The certificate in {file} expires on ", identity.ExpiryAt(Now.AddDays(2)));
        Assert.EndsWith(", in 28 days: replace it.", identity.ExpiryAt(Now.AddDays(2)));
        Assert.StartsWith($"The certificate in {file} has expired on ", identity.ExpiryAt(end));
        Assert.StartsWith($"The certificate in {file} has expired on ", Problem(file, now: end));
        Assert.StartsWith($"The certificate in {file} is not valid before ", Problem(file, now: Now.AddDays(-2)));
    }

    [Fact]
    public void A_file_of_authorities_has_certificates()
    {
        string file = Write("a.pem", _authority.IssuePem("a"));
        using var other = new TestAuthority("CN=Other");
        string two = Write("ca.pem", _authority.Pem + other.Pem);
        string empty = Write("empty.pem", "");

        Assert.Equal(2, Load(file, authority: two).Authorities!.Count);
        Assert.Equal($"{empty} has no certificate of a certificate authority in PEM form.",
            Problem(file, authority: empty));
        string none = Path.Combine(_directory, "none");
        Assert.Equal($"{none} cannot be read: there is no such file", Problem(file, authority: none));
        Assert.Equal($"{none} cannot be read: there is no such file", Problem(none));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static TlsIdentity Load(string certificate, string? key = null, string? password = null,
        string? authority = null, DateTimeOffset? now = null) =>
        TlsIdentity.Load(new TlsFiles(certificate, key, password, authority), now ?? Now);

    private static string Problem(string certificate, string? key = null, string? password = null,
        string? authority = null, DateTimeOffset? now = null) =>
        Assert.Throws<TlsFileException>(() => Load(certificate, key, password, authority, now)).Message;
}
