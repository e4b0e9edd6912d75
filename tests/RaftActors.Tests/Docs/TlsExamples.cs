using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Akka.Event;
using Akka.Remote.Transport.DotNetty;

namespace RaftActors.Tests.Docs;

/// <summary>The examples of docs/security.md.</summary>
internal static class TlsExamples
{
    #region dotnetty-tls

    /// <summary>TLS for Akka.NET's own transport. The configuration also needs enable-ssl = on.</summary>
    public static DotNettySslSetup DotNettyTls(string certificateFile, string authorityFile)
    {
        var certificate = X509Certificate2.CreateFromPemFile(certificateFile);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authorityFile);
        return new DotNettySslSetup(certificate, suppressValidation: false, requireMutualAuthentication: true,
            (shown, chain, peer, errors, log) =>
            {
                using var own = new X509Chain();
                own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                own.ChainPolicy.CustomTrustStore.AddRange(authorities);
                own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                own.ChainPolicy.ExtraStore.AddRange(chain!.ChainPolicy.ExtraStore);
                // A node that connects has no host that could be compared, so this is the check of the other side.
                bool isThere = !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
                if (shown is not null && isThere && own.Build(shown))
                    return true;
                log.Error("No TLS with {0}: {1}, {2}", peer, errors, shown?.Subject);
                return false;
            });
    }

    #endregion
}
