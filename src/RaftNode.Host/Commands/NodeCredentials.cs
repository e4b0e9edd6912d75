using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using RaftActors.Tls;

namespace RaftNode.Host.Commands;

/// <summary>By what a client knows nodes, and how it proves to them who it is.</summary>
internal sealed class NodeCredentials
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _own;
    private readonly string? _token;

    private NodeCredentials(X509Certificate2Collection? authorities, SslStreamCertificateContext? own, string? token)
    {
        _authorities = authorities;
        _own = own;
        _token = token;
    }

    /// <summary>No certificates and no token. Nodes with certificates of the system's authorities are known.</summary>
    public static NodeCredentials None { get; } = new(null, null, null);

    /// <summary>The value of the header <c>Authorization</c>; <c>null</c> if there is no token.</summary>
    public AuthenticationHeaderValue? Authorization =>
        _token is null ? null : new AuthenticationHeaderValue("Bearer", _token);

    /// <summary>Reads the files.</summary>
    /// <param name="authority">
    /// The PEM file with the authorities of the nodes' certificates; <c>null</c> for those of the system.
    /// </param>
    /// <param name="certificate">The client's certificate; <c>null</c> if it has none.</param>
    /// <param name="key">The key of the certificate; <c>null</c> if the certificate's file has it.</param>
    /// <param name="tokenFile">The file with the client's token; <c>null</c> if it has none.</param>
    /// <exception cref="NodeStartException">A file cannot be used.</exception>
    public static NodeCredentials Load(string? authority, string? certificate, string? key, string? tokenFile)
    {
        try
        {
            if (key is not null && certificate is null)
                throw new NodeStartException($"the key {key} needs its certificate: give --cert, too");
            var own = certificate is null ? null
                : TlsIdentity.Load(new TlsFiles(certificate, key, null, null), DateTimeOffset.UtcNow).Context;
            return new NodeCredentials(
                authority is null ? null : CertificateFile.LoadAuthorities(authority), own,
                tokenFile is null ? null : ReadToken(tokenFile));
        }
        catch (TlsFileException e)
        {
            throw new NodeStartException(e.Message, e);
        }
    }

    /// <summary>How a connection to a node uses TLS.</summary>
    public SslClientAuthenticationOptions Tls() => new()
    {
        CertificateChainPolicy = _authorities is null ? null : TlsTrust.Policy(_authorities),
        ClientCertificateContext = _own,
        RemoteCertificateValidationCallback = static (sender, certificate, chain, errors) =>
            errors == SslPolicyErrors.None ? true
                : throw new NodeCertificateException(
                    TlsTrust.Reason(errors, certificate, chain, ((SslStream)sender).TargetHostName)),
    };

    private static string ReadToken(string file)
    {
        var token = System.Text.Encoding.UTF8.GetString(CertificateFile.Read(file)).Trim();
        return token.Length > 0 && token.All(static c => c is > ' ' and < '\x7f')
            ? token
            : throw new NodeStartException($"{file} is not a file with a token: "
                + "a token is one word, which raftnode token new shows");
    }
}

/// <summary>A node showed a certificate that is not accepted.</summary>
/// <param name="message">Why.</param>
internal sealed class NodeCertificateException(string message) : Exception(message);
