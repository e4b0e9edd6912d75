using System.Globalization;
using System.Text;
using Akka.Configuration;
using RaftActors;
using RaftActors.Remoting;
using RaftActors.Tls;

namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.remote.tls</c>: the certificates with which nodes talk to each other.</summary>
internal static class RemoteTlsSettings
{
    private const string Section = "raftnode.remote.tls";
    private const string Tcp = "akka.remote.dot-netty.tcp";
    private const string Transport = "RaftActors.Remoting.TcpTransport";

    /// <summary>The settings of the transport that the section means.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="reloadInterval">How often the files are looked at.</param>
    /// <returns>HOCON; empty if the section names no certificate.</returns>
    /// <exception cref="SettingException">A value is not usable. The message names its key.</exception>
    public static string From(Config config, TimeSpan reloadInterval)
    {
        var verifyNames = HoconValues.Switch(config, $"{Section}.verify-names");
        var certificate = TlsSettings.File(config, $"{Section}.certificate");
        var authority = TlsSettings.File(config, $"{Section}.ca");
        var key = TlsSettings.File(config, $"{Section}.key");
        if (certificate is null && authority is null && key is null)
            return "";
        if (certificate is null || authority is null)
        {
            var missing = certificate is null ? "certificate" : "ca";
            throw new SettingException($"{Section}.{missing}", $"{Section}.{missing} is missing: nodes need "
                + "certificate, the node's own certificate, and ca, the certificate authorities of the other nodes.");
        }
        if (!IsRead(config, out var transport))
        {
            throw new SettingException($"{Tcp}.transport-class", $"{Tcp}.transport-class = {transport}: this transport "
                + $"does not read {Section}. Remove the key, or configure that transport's own TLS.");
        }
        var text = new StringBuilder();
        void Add(string name, string? file)
        {
            if (file is not null)
                text.AppendLine(CultureInfo.InvariantCulture, $"{Tcp}.tls.{name} = {StorePlace.Quote(file)}");
        }
        Add("certificate", certificate);
        Add("key", key);
        Add("ca", authority);
        Add("password", config.GetString($"{Section}.password", "") is { Length: > 0 } password ? password : null);
        text.AppendLine(CultureInfo.InvariantCulture, $"{Tcp}.tls.verify-names = {(verifyNames ? "on" : "off")}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{Tcp}.tls.reload-interval = {(long)reloadInterval.TotalMilliseconds} ms");
        return text.ToString();
    }

    /// <summary>Reads the settings, because the actor system does not say well why it does not start.</summary>
    /// <param name="config">The configuration of the actor system.</param>
    /// <returns>The files; <c>null</c> if RaftActors does no TLS between nodes.</returns>
    /// <exception cref="NodeStartException">A setting is not usable.</exception>
    public static TlsFiles? Files(Config config)
    {
        try
        {
            return IsRead(config, out _) ? TcpTlsSettings.From(config.GetConfig(Tcp))?.Files : null;
        }
        catch (ConfigurationException e)
        {
            throw NotUsable(e);
        }
    }

    /// <summary>Reads the settings and the files once.</summary>
    /// <param name="config">The configuration of the actor system.</param>
    /// <param name="now">The time, which the certificate must be valid at.</param>
    /// <returns>The certificate; <c>null</c> if RaftActors does no TLS between nodes.</returns>
    /// <exception cref="NodeStartException">A file or a setting is not usable.</exception>
    public static TlsIdentity? LoadIdentity(Config config, DateTimeOffset now)
    {
        try
        {
            return Files(config) is { } files ? TlsIdentity.Load(files, now) : null;
        }
        catch (TlsFileException e)
        {
            throw NotUsable(e);
        }
    }

    private static NodeStartException NotUsable(Exception cause) => new($"TLS between nodes: {cause.Message}", cause);

    private static bool IsRead(Config config, out string transport)
    {
        transport = config.GetString($"{Tcp}.transport-class", "");
        return transport.StartsWith(Transport, StringComparison.Ordinal);
    }
}
