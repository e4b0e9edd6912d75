using System.Net;
using Akka.Configuration;
using RaftActors;

namespace RaftNode.Host.Configuration;

/// <summary>The sections <c>raftnode.http</c>, <c>raftnode.watch</c> and <c>raftnode.events</c>.</summary>
internal sealed record HttpSettings
{
    /// <summary>The key of <see cref="MaxEventReaders"/>.</summary>
    public const string EventReadersKey = "raftnode.events.max-readers";

    /// <summary>The address and port at which HTTP is served.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>The largest value of a key, in bytes.</summary>
    public required int MaxValueBytes { get; init; }

    /// <summary>The longest key, in bytes of UTF-8.</summary>
    public required int MaxKeyBytes { get; init; }

    /// <summary>
    /// How many requests may be under way at a time. Watchers and requests for health and status do not count.
    /// </summary>
    public required int MaxRequests { get; init; }

    /// <summary>How many bytes the bodies of the requests under way may have together.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>How long a request waits for a leader and an answer.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How long requests in progress may take after the node was told to stop.</summary>
    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary>The settings of <c>/watch</c>.</summary>
    public required WatchSettings Watch { get; init; }

    /// <summary>How many requests may read <c>/events</c> at a time.</summary>
    public int MaxEventReaders { get; init; } = 256;

    /// <summary>What a connection and a request may take.</summary>
    public HttpLimits Limits { get; init; } = new();

    /// <summary>The certificates; <c>null</c> if HTTP has no TLS.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Who may do what.</summary>
    public AccessSettings Access { get; init; } = new();

    /// <summary>Whether the operator says that other machines may use HTTP without TLS and without roles.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>How often the files with certificates and tokens are looked at.</summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The URL at which HTTP is served.</summary>
    public string Url => $"{(Tls is null ? "http" : "https")}://{Endpoint}";

    /// <summary>
    /// Why HTTP must not be served, because other machines could reach it and anybody could use it; <c>null</c> if
    /// that is not so.
    /// </summary>
    public string? Exposure => IsInsecure || IPAddress.IsLoopback(Endpoint.Address) || (Tls is not null && Access.IsOn)
        ? null
        : $"raftnode.http.address = {Endpoint.Address}: other machines can reach this address, and "
            + (Tls is null ? "HTTP has no TLS. Set raftnode.http.tls.certificate (and key) to the node's certificate"
                : "HTTP does not ask who they are. Keep raftnode.http.tls")
            + (Access.IsOn ? ". "
                : ", and set raftnode.http.access.tokens to a file of tokens, which raftnode token new makes. ")
            + "Or let HTTP listen on 127.0.0.1. If the network itself keeps others away, say so: with --insecure or "
            + "raftnode.http.insecure = on.";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value is not usable. The message names its key.</exception>
    public static HttpSettings From(Config config)
    {
        var address = config.GetString("raftnode.http.address", "");
        if (!IPAddress.TryParse(address == "localhost" ? "127.0.0.1" : address, out var ip))
            throw HoconValues.Bad(config, "raftnode.http.address", "an IP address such as 127.0.0.1, or localhost");
        return new HttpSettings
        {
            Endpoint = new IPEndPoint(ip, HoconValues.Count(config, "raftnode.http.port", 1, IPEndPoint.MaxPort)),
            MaxValueBytes = (int)HoconValues.Bytes(config, "raftnode.http.max-value-bytes", 1, 1 << 30),
            MaxKeyBytes = (int)HoconValues.Bytes(config, "raftnode.http.max-key-bytes", 1, 2048),
            MaxRequests = HoconValues.Count(config, "raftnode.http.max-requests", 1, 1 << 20),
            MaxBodyBytes = HoconValues.Bytes(config, "raftnode.http.max-body-bytes", 1, 1L << 40),
            RequestTimeout = HoconValues.Duration(config, "raftnode.http.request-timeout"),
            ShutdownTimeout = HoconValues.Duration(config, "raftnode.http.shutdown-timeout"),
            Watch = new WatchSettings
            {
                MaxWatchers = HoconValues.Count(config, "raftnode.watch.max-watchers", 0, 1 << 20),
                HistoryChanges = HoconValues.Count(config, "raftnode.watch.history-changes", 1, 1 << 28),
                HistoryBytes = HoconValues.Bytes(config, "raftnode.watch.history-bytes", 0, 1L << 40),
                KeepAlive = HoconValues.Duration(config, "raftnode.watch.keep-alive"),
            },
            MaxEventReaders = HoconValues.Count(config, EventReadersKey, 0, 1 << 20),
            Limits = HttpLimits.From(config),
            Tls = TlsSettings.From(config),
            Access = AccessSettings.From(config),
            IsInsecure = HoconValues.Switch(config, "raftnode.http.insecure"),
            ReloadInterval = HoconValues.Duration(config, "raftnode.reload-interval"),
        };
    }
}
