using RaftActors.Tls;
using RaftNode.Host.Access;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Commands.Checks;

/// <summary>
/// Who can reach a node, and whether its certificates and tokens can be used. What would stop the start is said in the
/// words of the start.
/// </summary>
internal static class SecurityChecks
{
    /// <summary>Checks the addresses and the files.</summary>
    /// <param name="settings">The settings of the node.</param>
    /// <param name="now">The time at which the certificates are to be valid.</param>
    /// <returns>A row for each problem, and for each file that can be used.</returns>
    public static IEnumerable<CheckRow> Of(NodeSettings settings, DateTimeOffset now)
    {
        if (settings.Http.Exposure is { } open)
            yield return new CheckRow("address", CheckRow.Error, open);
        if (settings.PeerExposure is { } openToPeers)
            yield return new CheckRow("address", CheckRow.Warning, openToPeers);
        CheckRow?[] rows =
        [
            Row("certificate", () => HttpSecurity.LoadIdentity(settings.Http, now),
                identity => Certificate("HTTP", identity, now)),
            Row("tokens", () => HttpSecurity.LoadTokens(settings.Http),
                tokens => new CheckRow("tokens", CheckRow.Ok, $"{settings.Http.Access.Tokens} has {tokens.Count} "
                    + $"token{(tokens.Count == 1 ? "" : "s")}.")),
            Row("certificate", () => RemoteTlsSettings.LoadIdentity(settings.Config, now),
                identity => Certificate("TLS between nodes", identity, now)),
        ];
        foreach (var row in rows.OfType<CheckRow>())
            yield return row;
    }

    // Null if the node has no such file.
    private static CheckRow? Row<T>(string name, Func<T?> load, Func<T, CheckRow> judge)
        where T : class
    {
        try
        {
            return load() is { } loaded ? judge(loaded) : null;
        }
        catch (NodeStartException e)
        {
            return new CheckRow(name, CheckRow.Error, e.Message);
        }
    }

    private static CheckRow Certificate(string use, TlsIdentity identity, DateTimeOffset now) =>
        identity.ExpiryAt(now) is { } expiry
            ? new CheckRow("certificate", CheckRow.Warning, $"{use}: {expiry}")
            : new CheckRow("certificate", CheckRow.Ok, $"{use}: {identity.Certificate.Subject} is valid until "
                + $"{CertificateFile.Text(identity.Certificate.NotAfter)}.");
}
