using Akka.Configuration;
using RaftActors;
using RaftActors.Tls;

namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.http.tls</c>.</summary>
/// <param name="Files">The node's certificate, and the authorities of clients.</param>
/// <param name="NeedsClientCertificate">Whether a client without a certificate gets no connection.</param>
internal sealed record TlsSettings(TlsFiles Files, bool NeedsClientCertificate)
{
    private const string Section = "raftnode.http.tls";

    /// <summary>Reads the settings.</summary>
    /// <returns>The settings; <c>null</c> if HTTP has no TLS.</returns>
    /// <exception cref="SettingException">A value is not usable. The message names its key.</exception>
    public static TlsSettings? From(Config config)
    {
        var authority = File(config, $"{Section}.client-ca");
        var needs = config.GetString($"{Section}.client-certificates", "") switch
        {
            "optional" => false,
            "required" => true,
            _ => throw HoconValues.Bad(config, $"{Section}.client-certificates", "optional or required"),
        };
        if (needs && authority is null)
        {
            throw new SettingException($"{Section}.client-certificates", $"{Section}.client-certificates = required "
                + $"needs {Section}.client-ca, the file with the authorities of these certificates.");
        }
        if (File(config, $"{Section}.certificate") is not { } certificate)
        {
            foreach (string key in new[] { "key", "client-ca" })
            {
                if (File(config, $"{Section}.{key}") is not null)
                {
                    throw new SettingException($"{Section}.{key}",
                        $"{Section}.{key} is set, but {Section}.certificate is not: HTTP would have no TLS.");
                }
            }
            return null;
        }
        string? password = config.GetString($"{Section}.password", "") is { Length: > 0 } given ? given : null;
        return new TlsSettings(
            new TlsFiles(certificate, File(config, $"{Section}.key"), password, authority), needs);
    }

    /// <summary>The file that a key names; <c>null</c> if it names none.</summary>
    public static string? File(Config config, string key) =>
        config.GetString(key, "") is { Length: > 0 } file ? Path.GetFullPath(file) : null;
}
