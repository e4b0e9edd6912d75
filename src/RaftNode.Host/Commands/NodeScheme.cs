using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace RaftNode.Host.Commands;

/// <summary>
/// Finds out whether a node was asked with the wrong one of http and https. A request itself only says that the
/// connection broke.
/// </summary>
internal static class NodeScheme
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Tries the other scheme at the same address, after a request was not answered.</summary>
    /// <param name="node">The node, with the scheme of the request.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>
    /// What to say if the node answers with the other scheme; <c>null</c> if it does not. Then the scheme is right, or
    /// nobody can say it.
    /// </returns>
    public static async Task<NodeSchemeException?> FindAsync(Uri node, CancellationToken cancellation)
    {
        bool isHttp = node.Scheme == Uri.UriSchemeHttp;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        bool isOther;
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(node.DnsSafeHost, node.Port, limit.Token);
            isOther = isHttp
                ? await ShowsCertificateAsync(connection.GetStream(), node, limit.Token)
                : await AnswersInHttpAsync(connection.GetStream(), node, limit.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
        return !isOther ? null : new NodeSchemeException(isHttp
            ? $"the node answers with TLS only: use https://{node.Authority} (and --cacert, the file with the "
                + "certificate authorities)"
            : $"the node has no TLS: use http://{node.Authority}");
    }

    // Whether the certificate is accepted does not matter here: nothing is sent.
    private static async Task<bool> ShowsCertificateAsync(Stream stream, Uri node, CancellationToken cancellation)
    {
        bool isShown = false;
        await using var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = node.DnsSafeHost,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => isShown = certificate is not null,
                },
                cancellation);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // Not TLS, or a node that wants to see a certificate.
        }
        return isShown;
    }

    private static async Task<bool> AnswersInHttpAsync(Stream stream, Uri node, CancellationToken cancellation)
    {
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET /health/live HTTP/1.1\r\nHost: {node.Authority}\r\nConnection: close\r\n\r\n"),
            cancellation);
        var answer = new byte["HTTP/1.".Length];
        return await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation)
            == answer.Length && answer.AsSpan().SequenceEqual("HTTP/1."u8);
    }
}

/// <summary>A node was asked with http and speaks TLS, or the other way round.</summary>
/// <param name="message">What the node speaks, and the URL to use.</param>
internal sealed class NodeSchemeException(string message) : Exception(message);
