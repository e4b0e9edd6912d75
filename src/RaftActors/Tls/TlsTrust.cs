using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace RaftActors.Tls;

/// <summary>Whether the other side of TLS is who it says that it is.</summary>
internal static class TlsTrust
{
    /// <summary>
    /// How a certificate is checked: it must be of one of these authorities, and valid now. Nothing is asked of other
    /// machines, so no list of revoked certificates is used.
    /// </summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>Why a certificate was refused, as the end of a sentence about who showed it.</summary>
    /// <param name="errors">What is wrong.</param>
    /// <param name="certificate">The certificate; <c>null</c> if there is none.</param>
    /// <param name="chain">The chain that was built of it.</param>
    /// <param name="host">The host that the certificate should be for; <c>null</c> if it does not matter.</param>
    public static string Reason(SslPolicyErrors errors, X509Certificate? certificate, X509Chain? chain, string? host)
    {
        if (certificate is not X509Certificate2 shown || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return "it showed no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return ChainReason(shown, chain);
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? WrongName(shown, host)
            : $"its certificate ({shown.Subject}) was refused: {errors}";
    }

    /// <summary>The end of a sentence about who showed a certificate for another host.</summary>
    public static string WrongName(X509Certificate2 shown, string? host) =>
        $"its certificate is for {Names(shown)}, and not for {host}";

    private static string ChainReason(X509Certificate2 shown, X509Chain? chain)
    {
        var found = (chain?.ChainStatus ?? []).Aggregate(
            X509ChainStatusFlags.NoError, static (all, status) => all | status.Status);
        if ((found & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            return $"its certificate ({shown.Subject}, issued by {shown.Issuer}) is of no certificate authority that "
                + "is trusted here";
        }
        if (found.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return $"its certificate ({shown.Subject}) is valid from {CertificateFile.Text(shown.NotBefore)} to "
                + $"{CertificateFile.Text(shown.NotAfter)} only, or one of its issuers is not valid now";
        }
        if (found.HasFlag(X509ChainStatusFlags.NotValidForUsage))
            return $"its certificate ({shown.Subject}) is not for this use: see its extended key usage";
        return $"its certificate ({shown.Subject}) was refused: {found}";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static extension => extension.EnumerateDnsNames()
                .Concat(extension.EnumerateIPAddresses().Select(static address => address.ToString())))
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }
}
