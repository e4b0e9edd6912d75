using System.Net;
using Akka.Configuration;

namespace RaftActors.Remoting;

/// <summary>
/// The section <c>akka.remote.dot-netty.tcp</c>. Its name, keys and defaults are Akka.Remote's. The transport that the
/// section names reads it.
/// </summary>
internal sealed record TcpSettings
{
    /// <summary>The path of the section.</summary>
    public const string Path = "akka.remote.dot-netty.tcp";
    private const string DotNetty = "Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote";

    // Akka.Remote does not allow less.
    private const int SmallestFrameSize = 32_000;

    public required string Hostname { get; init; }

    public required string PublicHostname { get; init; }

    public required int Port { get; init; }

    /// <summary>The port of the public address; 0 for the port that is listened on.</summary>
    public required int PublicPort { get; init; }

    public required int MaximumFrameSize { get; init; }

    /// <summary>The size in bytes; 0 for the operating system's choice.</summary>
    public required int SendBufferSize { get; init; }

    /// <summary>The size in bytes; 0 for the operating system's choice.</summary>
    public required int ReceiveBufferSize { get; init; }

    public required int Backlog { get; init; }

    public required bool NoDelay { get; init; }

    public required bool KeepAlive { get; init; }

    public required bool UseIPv6 { get; init; }

    public required TimeSpan ConnectionTimeout { get; init; }

    /// <summary>The certificates; <c>null</c> if connections have no TLS.</summary>
    public required TcpTlsSettings? Tls { get; init; }

    /// <summary>
    /// Whether connections must only carry what Akka.Remote writes, because a part of the system wants to see or change
    /// it.
    /// </summary>
    public required bool IsObserved { get; init; }

    /// <summary>Reads the section.</summary>
    /// <param name="tcp">The section.</param>
    /// <param name="root">The configuration of the actor system.</param>
    /// <exception cref="ConfigurationException">
    /// A value is not usable. The message names the key and the value.
    /// </exception>
    public static TcpSettings From(Config tcp, Config root)
    {
        Only(tcp, "transport-protocol", "tcp");
        Only(tcp, "byte-order", "little-endian");
        if (tcp.GetBoolean("enable-ssl", false))
        {
            throw new ConfigurationException(
                $"{Path}.enable-ssl = on: this transport has TLS by other keys. Write {Path}.tls {{ certificate = ..., "
                    + $"ca = ... }}, or {Path}.transport-class = \"{DotNetty}\".");
        }
        string hostname = tcp.GetString("hostname", "");
        if (string.IsNullOrWhiteSpace(hostname))
            hostname = IPAddress.Any.ToString();
        return new TcpSettings
        {
            Hostname = hostname,
            PublicHostname = tcp.GetString("public-hostname", "") is { Length: > 0 } publicHostname
                ? publicHostname
                : hostname,
            Port = Between(tcp, "port", 0, ushort.MaxValue),
            PublicPort = Between(tcp, "public-port", 0, ushort.MaxValue),
            MaximumFrameSize = Bytes(tcp, "maximum-frame-size", SmallestFrameSize),
            SendBufferSize = Bytes(tcp, "send-buffer-size", 0),
            ReceiveBufferSize = Bytes(tcp, "receive-buffer-size", 0),
            Backlog = Between(tcp, "backlog", 1, int.MaxValue),
            NoDelay = tcp.GetBoolean("tcp-nodelay", true),
            KeepAlive = tcp.GetBoolean("tcp-keepalive", true),
            UseIPv6 = tcp.GetBoolean("dns-use-ipv6", false),
            ConnectionTimeout = tcp.GetTimeSpan("connection-timeout", TimeSpan.FromSeconds(15)),
            Tls = TcpTlsSettings.From(tcp),
            IsObserved = tcp.Texts("applied-adapters").Count > 0
                || root.GetBoolean("akka.remote.log-received-messages", false)
                || root.GetBoolean("akka.remote.log-sent-messages", false),
        };
    }

    private static void Only(Config tcp, string key, string value)
    {
        string given = tcp.GetString(key, value);
        if (!given.Equals(value, StringComparison.OrdinalIgnoreCase))
            throw new ConfigurationException($"{Path}.{key} = {given}: this transport has only {value}.");
    }

    private static int Between(Config tcp, string key, int least, int most)
    {
        int value = tcp.GetInt(key, least);
        return value >= least && value <= most ? value
            : throw new ConfigurationException($"{Path}.{key} = {value}: must lie between {least} and {most}.");
    }

    private static int Bytes(Config tcp, string key, int least)
    {
        long value = tcp.GetByteSize(key, least) ?? least;
        return value >= least && value <= int.MaxValue / 2 ? (int)value
            : throw new ConfigurationException($"{Path}.{key} = {value}: must lie between {least} bytes and 1 GiB.");
    }
}
