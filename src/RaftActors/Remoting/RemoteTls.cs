using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Akka.Event;
using RaftActors.Tls;

namespace RaftActors.Remoting;

/// <summary>
/// TLS of a transport. Both sides show a certificate, and each checks that of the other: it must be of one of the
/// authorities in the transport's file, be valid now, and be for the host of the other system.
/// </summary>
internal sealed class RemoteTls : IDisposable
{
    // So that a burst of refused connections does not fill the log: a reason is logged again after this time.
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly TcpTlsSettings _settings;
    private readonly ILoggingAdapter _log;
    private readonly WatchedFiles<TlsIdentity> _identity;
    private readonly ConcurrentDictionary<string, long> _reported = new();

    /// <summary>Reads the files, and looks at them from then on.</summary>
    /// <exception cref="TlsFileException">A file cannot be used.</exception>
    public RemoteTls(TcpTlsSettings settings, ILoggingAdapter log)
    {
        _settings = settings;
        _log = log;
        var time = TimeProvider.System;
        _identity = new WatchedFiles<TlsIdentity>(settings.Files.All,
            () => TlsIdentity.Load(settings.Files, time.GetUtcNow()), identity => identity.ExpiryAt(time.GetUtcNow()),
            Report);
        _identity.Watch(time, settings.ReloadInterval);
    }

    /// <summary>What is wrong with the files, or soon will be; <c>null</c> for nothing.</summary>
    public string? Notice => _identity.Notice;

    /// <summary>Makes a channel over a connection that this side has made.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="host">The host that the certificate of the other side must be for.</param>
    /// <param name="limit">The most bytes that may wait to be sent.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    /// <exception cref="AuthenticationException">The other side is not who it should be; the message says why.
    /// </exception>
    public async Task<TlsChannel> ConnectAsync(Socket socket, string host, long limit, CancellationToken cancellation)
    {
        string? refusal = null;
        var identity = _identity.Current;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host.Trim('[', ']'),
                ClientCertificateContext = identity.Context,
                CertificateChainPolicy = TlsTrust.Policy(identity.Authorities!),
                RemoteCertificateValidationCallback = Accept,
                AllowTlsResume = false,
            }, cancellation).ConfigureAwait(false);
            return new TlsChannel(stream, _settings.VerifyNames, limit);
        }
        catch (Exception problem) when (problem is AuthenticationException or IOException)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            // The node log shows the innermost exception, so the reason must be in that one.
            throw new AuthenticationException(refusal
                ?? $"no TLS connection: {Inner(problem)}; the other system must have TLS, too, and accept the "
                    + "certificate of this one");
        }

        bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (!_settings.VerifyNames)
                errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
            if (errors != SslPolicyErrors.None)
                refusal = TlsTrust.Reason(errors, certificate, chain, host);
            return refusal is null;
        }
    }

    /// <summary>Makes a channel over a connection that another system has made.</summary>
    /// <param name="socket">The connection. It is closed if the other side is refused.</param>
    /// <param name="from">Where it comes from, for the log.</param>
    /// <param name="limit">The most bytes that may wait to be sent.</param>
    /// <returns>The channel; <c>null</c> if the other side was refused, which was logged.</returns>
    public async Task<TlsChannel?> AcceptAsync(Socket socket, string from, long limit)
    {
        string? refusal = null;
        var identity = _identity.Current;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        using var timeout = new CancellationTokenSource(_settings.HandshakeTimeout);
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = identity.Context,
                ClientCertificateRequired = true,
                CertificateChainPolicy = TlsTrust.Policy(identity.Authorities!),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    if (errors != SslPolicyErrors.None)
                        refusal = TlsTrust.Reason(errors, certificate, chain, null);
                    return refusal is null;
                },
                AllowTlsResume = false,
            }, timeout.Token).ConfigureAwait(false);
            return new TlsChannel(stream, _settings.VerifyNames, limit);
        }
        catch (Exception problem) when (problem is AuthenticationException or IOException
            or OperationCanceledException or ObjectDisposedException)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            Refused(from, refusal ?? (problem is OperationCanceledException
                ? $"it did not finish the TLS handshake within {_settings.HandshakeTimeout.TotalSeconds} s"
                : $"no TLS: {Inner(problem)}"));
            return null;
        }
    }

    /// <summary>Logs that another system was refused.</summary>
    /// <param name="from">Where it connected from.</param>
    /// <param name="reason">Why, as the end of a sentence about the system.</param>
    public void Refused(string from, string reason)
    {
        long now = Environment.TickCount64;
        string key = $"{from} {reason}";
        if (_reported.TryGetValue(key, out long last) && now - last < Quiet.TotalMilliseconds)
            return;
        if (_reported.Count > 1000)
            _reported.Clear();
        _reported[key] = now;
        _log.Warning("A connection from {0} is refused: {1}.", from, reason);
    }

    /// <inheritdoc/>
    public void Dispose() => _identity.Dispose();

    private static string Inner(Exception problem) => problem.GetBaseException().Message.TrimEnd('.');

    private void Report(bool isProblem, string text)
    {
        if (isProblem)
            _log.Warning("{0}", text);
        else
            _log.Info("{0}", text);
    }
}
