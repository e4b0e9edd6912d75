using System.Net;
using Akka.Configuration;

namespace Akka.Remote.Transport;

/// <summary>The section <c>akka.remote.dot-netty.tcp</c>. Its keys and defaults are Akka.NET's, and so is its name; there is no DotNetty here.</summary>
internal sealed record TcpSettings
{
    private const string Path = "akka.remote.dot-netty.tcp";

    /// <summary>Akka refuses to go below.</summary>
    private const int SmallestFrameSize = 32_000;

    public required string Hostname { get; init; }

    public required string PublicHostname { get; init; }

    public required int Port { get; init; }

    /// <summary>0 for the port that is listened on.</summary>
    public required int PublicPort { get; init; }

    public required int MaximumFrameSize { get; init; }

    public required int SendBufferSize { get; init; }

    public required int ReceiveBufferSize { get; init; }

    public required int Backlog { get; init; }

    public required bool NoDelay { get; init; }

    public required bool KeepAlive { get; init; }

    public required bool UseIPv6 { get; init; }

    public required TimeSpan ConnectionTimeout { get; init; }

    /// <summary>How many bytes of messages may wait for one other system.</summary>
    public required int OutboundBufferSize { get; init; }

    public static TcpSettings From(Config root)
    {
        var tcp = root.GetConfig(Path) ?? throw new ConfigurationException($"There is no section {Path}");
        if (tcp.GetString("transport-protocol", "tcp") is var protocol && !protocol.Equals("tcp", StringComparison.OrdinalIgnoreCase))
            throw new ConfigurationException($"{Path}.transport-protocol = {protocol}: only tcp is there");
        if (tcp.GetBoolean("enable-ssl"))
            throw new ConfigurationException($"{Path}.enable-ssl = on: this runtime has no TLS yet, and will not talk in the clear instead");
        if (tcp.GetString("byte-order", "little-endian") is var order && !order.Equals("little-endian", StringComparison.OrdinalIgnoreCase))
            throw new ConfigurationException($"{Path}.byte-order = {order}: only little-endian is there");

        var hostname = tcp.GetString("hostname", "");
        if (string.IsNullOrWhiteSpace(hostname))
            hostname = IPAddress.Any.ToString();
        return new TcpSettings
        {
            Hostname = hostname,
            PublicHostname = tcp.GetString("public-hostname", "") is { Length: > 0 } publicHostname ? publicHostname : hostname,
            Port = Between(tcp, "port", 0, ushort.MaxValue),
            PublicPort = Between(tcp, "public-port", 0, ushort.MaxValue),
            MaximumFrameSize = Bytes(tcp, "maximum-frame-size", SmallestFrameSize),
            SendBufferSize = Bytes(tcp, "send-buffer-size", 0),
            ReceiveBufferSize = Bytes(tcp, "receive-buffer-size", 0),
            Backlog = Between(tcp, "backlog", 1, int.MaxValue),
            NoDelay = tcp.GetBoolean("tcp-nodelay", true),
            KeepAlive = tcp.GetBoolean("tcp-keepalive", true),
            UseIPv6 = tcp.GetBoolean("dns-use-ipv6"),
            ConnectionTimeout = tcp.GetTimeSpan("connection-timeout"),
            OutboundBufferSize = OutboundBuffer(root),
        };
    }

    private static int OutboundBuffer(Config root)
    {
        const string key = "raftactors.runtime.remote.outbound-buffer-size";
        var size = root.GetByteSize(key) ?? 0;
        return size is > 0 and <= int.MaxValue ? (int)size : throw new ConfigurationException($"{key} = {size}: must lie between 1 byte and 2 GiB");
    }

    private static int Between(Config tcp, string key, int least, int most)
    {
        var value = tcp.GetInt(key);
        return value >= least && value <= most ? value : throw new ConfigurationException($"{Path}.{key} = {value}: must lie between {least} and {most}");
    }

    private static int Bytes(Config tcp, string key, int least)
    {
        var value = tcp.GetByteSize(key) ?? 0;
        return value >= least && value <= int.MaxValue / 2 ? (int)value : throw new ConfigurationException($"{Path}.{key} = {value}: must be at least {least} bytes");
    }
}
