using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RaftActors.Tests.Tls;

/// <summary>A certificate authority of a spec's own, which issues certificates to everybody.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _root;
    private int _serial;

    /// <summary>Makes an authority.</summary>
    public TestAuthority(string name = "CN=Test Authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-10), DateTimeOffset.UtcNow.AddYears(10));
    }

    /// <summary>The certificate of the authority, as PEM.</summary>
    public string Pem => _root.ExportCertificatePem() + "\n";

    /// <summary>Issues a certificate with its key.</summary>
    /// <param name="subject">The subject's common name.</param>
    /// <param name="hosts">The DNS names and addresses that it is for.</param>
    /// <param name="from">From when it is valid; an hour ago if <c>null</c>.</param>
    /// <param name="until">Until when it is valid; a year from now if <c>null</c>.</param>
    public X509Certificate2 Issue(string subject, string[]? hosts = null, DateTimeOffset? from = null,
        DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts ?? ["127.0.0.1"])
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_root, from ?? DateTimeOffset.UtcNow.AddHours(-1),
            until ?? DateTimeOffset.UtcNow.AddYears(1), [1, (byte)Interlocked.Increment(ref _serial)]);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Issues a certificate, as one PEM text with the certificate and its key.</summary>
    public string IssuePem(string subject, string[]? hosts = null, DateTimeOffset? from = null,
        DateTimeOffset? until = null)
    {
        using var certificate = Issue(subject, hosts, from, until);
        return PemOf(certificate);
    }

    /// <summary>A certificate with its key, as PEM.</summary>
    public static string PemOf(X509Certificate2 certificate) =>
        $"{certificate.ExportCertificatePem()}\n{KeyPemOf(certificate)}";

    /// <summary>The key of a certificate, as PEM.</summary>
    public static string KeyPemOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();
}
