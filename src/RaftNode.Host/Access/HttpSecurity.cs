using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using RaftActors.Tls;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Access;

/// <summary>The certificate, the authorities and the tokens of a node's HTTP, as they are in their files now.</summary>
internal sealed class HttpSecurity : IDisposable
{
    private const string Source = "http";

    private readonly HttpSettings _settings;
    private readonly WatchedFiles<TlsIdentity>? _identity;
    private readonly WatchedFiles<TokenTable>? _tokens;
    private readonly Lock _gate = new();
    private string? _refused;

    /// <summary>Reads the files, and looks at them from then on.</summary>
    /// <exception cref="NodeStartException">A file cannot be used.</exception>
    public HttpSecurity(HttpSettings settings, TimeProvider? time = null)
    {
        _settings = settings;
        time ??= TimeProvider.System;
        try
        {
            if (settings.Tls is { } tls)
            {
                _identity = Usable(() => new WatchedFiles<TlsIdentity>(tls.Files.All,
                    () => TlsIdentity.Load(tls.Files, time.GetUtcNow()),
                    identity => identity.ExpiryAt(time.GetUtcNow()), Report));
                _identity.Watch(time, settings.ReloadInterval);
            }
            if (settings.Access.Tokens is { } file)
            {
                _tokens = Usable(() => new WatchedFiles<TokenTable>(
                    [file], () => TokenTable.Load(file), static _ => null, Report));
                _tokens.Watch(time, settings.ReloadInterval);
            }
        }
        catch
        {
            _identity?.Dispose();
            throw;
        }
    }

    /// <summary>The tokens; <c>null</c> if no file has any.</summary>
    public TokenTable? Tokens => _tokens?.Current;

    /// <summary>What is wrong, or soon will be.</summary>
    public IReadOnlyList<ProblemDocument> Problems =>
    [
        .. Documents("certificate", _identity?.Notice), .. Documents("tokens", _tokens?.Notice),
    ];

    /// <summary>Reads the files of the certificate once.</summary>
    /// <returns>The certificate; <c>null</c> if HTTP has no TLS.</returns>
    /// <exception cref="NodeStartException">A node could not start with these files.</exception>
    public static TlsIdentity? LoadIdentity(HttpSettings settings, DateTimeOffset now) =>
        settings.Tls is { } tls ? Usable(() => TlsIdentity.Load(tls.Files, now)) : null;

    /// <summary>Reads the file of the tokens once.</summary>
    /// <returns>The tokens; <c>null</c> if no file has any.</returns>
    /// <exception cref="NodeStartException">A node could not start with this file.</exception>
    public static TokenTable? LoadTokens(HttpSettings settings) =>
        settings.Access.Tokens is { } file ? Usable(() => TokenTable.Load(file)) : null;

    /// <summary>Looks at the files now.</summary>
    public void Check()
    {
        _identity?.Check();
        _tokens?.Check();
    }

    /// <summary>How the next connection uses TLS.</summary>
    public SslServerAuthenticationOptions ServerOptions()
    {
        var identity = _identity!.Current;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = identity.Context,
            ClientCertificateRequired = identity.Authorities is not null,
            CertificateChainPolicy = identity.Authorities is { } authorities ? TlsTrust.Policy(authorities) : null,
            RemoteCertificateValidationCallback = IsAccepted,
            // A resumed connection would not show its certificate again, and would outlive a change of the files.
            AllowTlsResume = false,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _identity?.Dispose();
        _tokens?.Dispose();
    }

    private bool IsAccepted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || (certificate is null && !_settings.Tls!.NeedsClientCertificate))
            return true;
        HostMetrics.Problems.Add(
            1, new KeyValuePair<string, object?>("problem", Http.Problems.TypeOf("client-certificate")));
        string reason = TlsTrust.Reason(errors, certificate, chain, null);
        lock (_gate)
        {
            if (reason == _refused)
                return false;
            _refused = reason;
        }
        Report(true, $"A client got no connection: {reason}.");
        return false;
    }

    /// <summary>A problem document for what is to be said; none for <c>null</c>.</summary>
    /// <param name="name">The end of the document's type.</param>
    /// <param name="notice">What is to be said.</param>
    public static IEnumerable<ProblemDocument> Documents(string name, string? notice) =>
        notice is null ? [] : [new ProblemDocument(Http.Problems.TypeOf(name), notice)];

    private static T Usable<T>(Func<T> load)
    {
        try
        {
            return load();
        }
        catch (TlsFileException e)
        {
            throw new NodeStartException($"HTTP is not started: {e.Message}", e);
        }
    }

    private static void Report(bool isProblem, string text) =>
        LineLog.Write(DateTime.UtcNow, isProblem ? LogLevel.Warning : LogLevel.Information, Source, text);
}
