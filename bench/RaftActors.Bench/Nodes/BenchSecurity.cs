using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RaftNode.Host.Access;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;

namespace RaftActors.Bench;

/// <summary>Certificates and a token for the nodes of a run and their clients, in files.</summary>
internal sealed class BenchSecurity
{
    private readonly string _files;

    /// <summary>Makes them.</summary>
    /// <param name="directory">The directory for the files. It is made.</param>
    public BenchSecurity(string directory)
    {
        _files = Directory.CreateDirectory(directory).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // One certificate for all nodes, which is its own authority.
        var request = new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(90));
        string pem = certificate.ExportCertificatePem();
        File.WriteAllText(In("ca.pem"), pem);
        File.WriteAllText(In("node.pem"), $"{pem}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        string token = TokenDigest.NewToken();
        File.WriteAllText(In("token"), token);
        File.WriteAllText(In("tokens"), TokenTable.Line("bench", Role.Admin, token));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(In("tokens"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Credentials = NodeCredentials.Load(In("ca.pem"), null, null, In("token"));
        Header = $"Authorization: Bearer {token}\r\n";
    }

    /// <summary>How a client knows nodes, and proves who it is.</summary>
    public NodeCredentials Credentials { get; }

    /// <summary>The line of a request with the token.</summary>
    public string Header { get; }

    /// <summary>The settings of the nodes.</summary>
    public string Settings => $$"""
        raftnode {
          remote.tls { certificate = "{{In("node.pem")}}", ca = "{{In("ca.pem")}}" }
          http { tls.certificate = "{{In("node.pem")}}", access.tokens = "{{In("tokens")}}" }
        }

        """;

    private string In(string name) => Path.Combine(_files, name);
}

/// <summary>Where a node serves HTTP.</summary>
/// <param name="Endpoint">The address and port.</param>
/// <param name="Security">By what its clients prove who they are; <c>null</c> if it serves HTTP without TLS.</param>
internal sealed record HttpTarget(IPEndPoint Endpoint, BenchSecurity? Security)
{
    /// <summary>The URL.</summary>
    public string Url => $"{(Security is null ? "http" : "https")}://{Endpoint}";

    /// <summary>How a connection uses TLS; <c>null</c> if it does not.</summary>
    public SslClientAuthenticationOptions? Tls()
    {
        if (Security?.Credentials.Tls() is not { } tls)
            return null;
        tls.TargetHost = Endpoint.Address.ToString();
        return tls;
    }
}
