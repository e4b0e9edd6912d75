using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RaftActors.Tls;

/// <summary>Reads certificates and keys from files.</summary>
internal static class CertificateFile
{
    private const string PemCertificate = "-----BEGIN CERTIFICATE-----";
    private const string PemEncryptedKey = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

    /// <summary>Reads a certificate with its private key and its chain.</summary>
    /// <param name="files">The files.</param>
    /// <returns>The certificate with its key first, then the certificates of its issuers, as far as they are there.
    /// </returns>
    /// <exception cref="TlsFileException">The files cannot be used.</exception>
    public static IReadOnlyList<X509Certificate2> LoadWithKey(TlsFiles files)
    {
        byte[] bytes = Read(files.Certificate);
        return IsPem(bytes) ? FromPem(files, Encoding.ASCII.GetString(bytes)) : FromPfx(files, bytes);
    }

    /// <summary>Reads the certificates of certificate authorities.</summary>
    /// <param name="path">A PEM file with one or more certificates.</param>
    /// <exception cref="TlsFileException">The file cannot be used.</exception>
    public static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        Import(authorities, path, Encoding.ASCII.GetString(Read(path)));
        return authorities.Count > 0 ? authorities
            : throw new TlsFileException($"{path} has no certificate of a certificate authority in PEM form.");
    }

    /// <summary>A moment as messages show it.</summary>
    public static string Text(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a file.</summary>
    /// <exception cref="TlsFileException">The file cannot be read.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string why = problem is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file"
                : problem.Message;
            throw new TlsFileException($"{path} cannot be read: {why}", problem);
        }
    }

    private static bool IsPem(ReadOnlySpan<byte> bytes) => bytes.IndexOf("-----BEGIN "u8) >= 0;

    private static IReadOnlyList<X509Certificate2> FromPem(TlsFiles files, string text)
    {
        if (!text.Contains(PemCertificate, StringComparison.Ordinal))
            throw new TlsFileException($"{files.Certificate} has no certificate: no line is {PemCertificate}.");
        string keys = files.Key is null ? text : Encoding.ASCII.GetString(Read(files.Key));
        string place = files.Key ?? files.Certificate;
        if (!keys.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new TlsFileException(files.Key is null
                ? $"{files.Certificate} has a certificate without its private key: name the file with the key, too."
                : $"{files.Key} has no private key: no line begins with -----BEGIN and ends with PRIVATE KEY-----.");
        }
        if (keys.Contains(PemEncryptedKey, StringComparison.Ordinal) && files.Password is null)
            throw new TlsFileException($"The private key in {place} is encrypted, and no password is given.");
        var all = new X509Certificate2Collection();
        Import(all, files.Certificate, text);
        try
        {
            var own = keys.Contains(PemEncryptedKey, StringComparison.Ordinal)
                ? X509Certificate2.CreateFromEncryptedPem(text, keys, files.Password)
                : X509Certificate2.CreateFromPem(text, keys);
            return [Usable(own), .. all.Skip(1)];
        }
        catch (ArgumentException problem)
        {
            throw new TlsFileException(
                $"The private key in {place} is not the key of the certificate in {files.Certificate}.", problem);
        }
        catch (CryptographicException problem)
        {
            throw new TlsFileException($"The private key in {place} cannot be used: {problem.Message}", problem);
        }
    }

    private static IReadOnlyList<X509Certificate2> FromPfx(TlsFiles files, byte[] bytes)
    {
        if (files.Key is not null)
        {
            throw new TlsFileException($"{files.Certificate} is not a PEM file, so {files.Key} cannot be its key: "
                + "a PFX file has the key in itself.");
        }
        try
        {
            var all = X509CertificateLoader.LoadPkcs12Collection(bytes, files.Password);
            var own = all.FirstOrDefault(static certificate => certificate.HasPrivateKey)
                ?? throw new TlsFileException($"{files.Certificate} has no certificate with a private key.");
            return [own, .. all.Where(other => other != own)];
        }
        catch (CryptographicException problem)
        {
            throw new TlsFileException(
                $"{files.Certificate} is neither a PEM file nor a PFX file with this password: {problem.Message}",
                problem);
        }
    }

    // A key that was read from a PEM file is not usable for TLS on Windows.
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static void Import(X509Certificate2Collection certificates, string path, string text)
    {
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException problem)
        {
            throw new TlsFileException($"{path} has a certificate that cannot be read: {problem.Message}", problem);
        }
    }
}
