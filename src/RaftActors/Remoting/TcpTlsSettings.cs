using Akka.Configuration;
using RaftActors.Tls;

namespace RaftActors.Remoting;

/// <summary>The section <c>akka.remote.dot-netty.tcp.tls</c>, which only <see cref="TcpTransport"/> reads.</summary>
/// <param name="Files">The certificate of this system, and the authorities of the others.</param>
/// <param name="VerifyNames">Whether another system must be at a host that its certificate is for.</param>
/// <param name="HandshakeTimeout">How long another system may take for the handshake.</param>
/// <param name="ReloadInterval">How often the files are looked at.</param>
internal sealed record TcpTlsSettings(
    TlsFiles Files, bool VerifyNames, TimeSpan HandshakeTimeout, TimeSpan ReloadInterval)
{
    private const string Section = TcpSettings.Path + ".tls";
    private static readonly string[] Keys =
        ["certificate", "key", "password", "ca", "verify-names", "handshake-timeout", "reload-interval"];

    /// <summary>Reads the section.</summary>
    /// <param name="tcp">The section of the transport.</param>
    /// <returns>The settings; <c>null</c> if the transport has no TLS.</returns>
    /// <exception cref="ConfigurationException">
    /// A value is not usable. The message names the key and the value.
    /// </exception>
    public static TcpTlsSettings? From(Config tcp)
    {
        var tls = tcp.GetConfig("tls");
        if (tls is null || tls.IsEmpty)
            return null;
        foreach (string key in tls.AsEnumerable().Select(static entry => entry.Key))
        {
            if (!Keys.Contains(key))
                throw new ConfigurationException($"{Section}.{key}: there is no such key. The nearest one is "
                    + $"{KnownKeys.Nearest(key, Keys)}.");
        }
        if (Text(tls, "certificate") is not { } certificate)
        {
            return Text(tls, "ca") is null && Text(tls, "key") is null ? null
                : throw new ConfigurationException($"{Section}.certificate is missing: {Section} needs certificate, "
                    + "the certificate of this system, and ca, the certificate authorities of the others.");
        }
        string authority = Text(tls, "ca") ?? throw new ConfigurationException($"{Section}.ca is missing: it names "
            + "the PEM file with the certificate authorities of the other systems.");
        return new TcpTlsSettings(
            new TlsFiles(certificate, Text(tls, "key"), Text(tls, "password"), authority),
            tls.GetBoolean("verify-names", true),
            Duration(tls, "handshake-timeout", TimeSpan.FromSeconds(10)),
            Duration(tls, "reload-interval", TimeSpan.FromSeconds(10)));
    }

    private static string? Text(Config tls, string key) => tls.GetString(key, "") is { Length: > 0 } text ? text : null;

    private static TimeSpan Duration(Config tls, string key, TimeSpan normal)
    {
        var value = tls.GetTimeSpan(key, normal, allowInfinite: false);
        return value > TimeSpan.Zero ? value
            : throw new ConfigurationException($"{Section}.{key} = {value}: must be more than nothing.");
    }
}
