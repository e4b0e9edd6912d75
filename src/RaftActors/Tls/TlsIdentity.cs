using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RaftActors.Tls;

/// <summary>What one side of TLS shows to the other, and by what it recognizes the other.</summary>
internal sealed class TlsIdentity
{
    /// <summary>How long before the end of its time a certificate is worth a warning.</summary>
    public static readonly TimeSpan WarnBefore = TimeSpan.FromDays(30);

    private readonly TlsFiles _files;

    private TlsIdentity(TlsFiles files, IReadOnlyList<X509Certificate2> chain, X509Certificate2Collection? authorities)
    {
        _files = files;
        Certificate = chain[0];
        Authorities = authorities;
        Context = SslStreamCertificateContext.Create(chain[0], [.. chain.Skip(1)], offline: true);
    }

    /// <summary>The own certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The own certificate with its chain, as TLS sends them.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The certificate authorities of the other side; <c>null</c> if no file names any.</summary>
    public X509Certificate2Collection? Authorities { get; }

    /// <summary>Reads the files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="now">The time, which the certificate must be valid at.</param>
    /// <exception cref="TlsFileException">The files cannot be used.</exception>
    public static TlsIdentity Load(TlsFiles files, DateTimeOffset now)
    {
        var chain = CertificateFile.LoadWithKey(files);
        var authorities = files.Authority is null ? null : CertificateFile.LoadAuthorities(files.Authority);
        var identity = Made(files, chain, authorities);
        if (now < identity.Certificate.NotBefore)
        {
            throw new TlsFileException($"The certificate in {files.Certificate} is not valid before "
                + $"{CertificateFile.Text(identity.Certificate.NotBefore)}, and it is {CertificateFile.Text(now)}.");
        }
        return now < identity.Certificate.NotAfter ? identity : throw new TlsFileException(identity.Expired);
    }

    private static TlsIdentity Made(TlsFiles files, IReadOnlyList<X509Certificate2> chain,
        X509Certificate2Collection? authorities)
    {
        try
        {
            return new TlsIdentity(files, chain, authorities);
        }
        catch (CryptographicException problem)
        {
            throw new TlsFileException(
                $"The certificate in {files.Certificate} cannot be used for TLS: {problem.Message}", problem);
        }
    }

    /// <summary>
    /// What to say about the end of the certificate's time; <c>null</c> as long as it is more than
    /// <see cref="WarnBefore"/> away.
    /// </summary>
    public string? ExpiryAt(DateTimeOffset now)
    {
        var left = Certificate.NotAfter - now;
        if (left > WarnBefore)
            return null;
        return left <= TimeSpan.Zero
            ? Expired
            : $"The certificate in {_files.Certificate} expires on {CertificateFile.Text(Certificate.NotAfter)}, in "
                + $"{(int)left.TotalDays} days: replace it.";
    }

    private string Expired => $"The certificate in {_files.Certificate} has expired on "
        + $"{CertificateFile.Text(Certificate.NotAfter)}: replace it.";
}
