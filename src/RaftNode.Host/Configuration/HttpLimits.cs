using Akka.Configuration;

namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.http.limits</c>: what a connection and a request may take of the node.</summary>
internal sealed record HttpLimits
{
    private const string Section = "raftnode.http.limits";

    /// <summary>How many connections may be open at a time.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>How many headers a request may have.</summary>
    public int MaxHeaders { get; init; } = 100;

    /// <summary>How many bytes the headers of a request may have together.</summary>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>How long the TLS handshake may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may take to send the headers of a request.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may be open without a request.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How many bytes per second a client must send or take at least.</summary>
    public int MinBytesPerSecond { get; init; } = 240;

    /// <summary>How long a client may be slower than <see cref="MinBytesPerSecond"/>.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="RaftActors.SettingException">A value is not usable. The message names its key.</exception>
    public static HttpLimits From(Config config) => new()
    {
        MaxConnections = HoconValues.Count(config, $"{Section}.max-connections", 1, 1 << 20),
        MaxHeaders = HoconValues.Count(config, $"{Section}.max-headers", 1, 10_000),
        MaxHeaderBytes = (int)HoconValues.Bytes(config, $"{Section}.max-header-bytes", 1024, 1 << 20),
        HandshakeTimeout = HoconValues.Duration(config, $"{Section}.handshake-timeout"),
        HeaderTimeout = HoconValues.Duration(config, $"{Section}.header-timeout"),
        IdleTimeout = HoconValues.Duration(config, $"{Section}.idle-timeout"),
        MinBytesPerSecond = (int)HoconValues.Bytes(config, $"{Section}.min-bytes-per-second", 1, 1 << 30),
        // Kestrel needs more than its own interval of a second.
        Grace = HoconValues.Duration(config, $"{Section}.grace") is var grace && grace > TimeSpan.FromSeconds(1)
            ? grace
            : throw HoconValues.Bad(config, $"{Section}.grace", "a duration of more than 1 s"),
    };
}
