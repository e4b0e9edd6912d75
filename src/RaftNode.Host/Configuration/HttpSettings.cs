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
            throw Bad(config, "raftnode.http.address", "an IP address such as 127.0.0.1, or localhost");
        return new HttpSettings
        {
            Endpoint = new IPEndPoint(ip, Count(config, "raftnode.http.port", 1, IPEndPoint.MaxPort)),
            MaxValueBytes = (int)Bytes(config, "raftnode.http.max-value-bytes", 1, 1 << 30),
            MaxKeyBytes = (int)Bytes(config, "raftnode.http.max-key-bytes", 1, 2048),
            MaxRequests = Count(config, "raftnode.http.max-requests", 1, 1 << 20),
            MaxBodyBytes = Bytes(config, "raftnode.http.max-body-bytes", 1, 1L << 40),
            RequestTimeout = Duration(config, "raftnode.http.request-timeout"),
            ShutdownTimeout = Duration(config, "raftnode.http.shutdown-timeout"),
            Watch = new WatchSettings
            {
                MaxWatchers = Count(config, "raftnode.watch.max-watchers", 0, 1 << 20),
                HistoryChanges = Count(config, "raftnode.watch.history-changes", 1, 1 << 28),
                HistoryBytes = Bytes(config, "raftnode.watch.history-bytes", 0, 1L << 40),
                KeepAlive = Duration(config, "raftnode.watch.keep-alive"),
            },
            MaxEventReaders = Count(config, EventReadersKey, 0, 1 << 20),
            Limits = HttpLimits.From(config),
            Tls = TlsSettings.From(config),
            Access = AccessSettings.From(config),
            IsInsecure = Switch(config, "raftnode.http.insecure"),
            ReloadInterval = Duration(config, "raftnode.reload-interval"),
        };
    }

    /// <summary>Reads a port. 0 if the key is not set.</summary>
    /// <exception cref="SettingException">The value is not a port. The message names its key.</exception>
    public static int Port(Config config, string key) => Count(config, key, 0, IPEndPoint.MaxPort);

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="SettingException">The value is not such a number. The message names its key.</exception>
    public static int Count(Config config, string key, int least, int most)
    {
        var value = Read<long>(config, key, static (c, k) => c.GetLong(k, 0));
        return value >= least && value <= most
            ? (int)value.Value
            : throw Bad(config, key, $"a whole number from {least} to {most}");
    }

    /// <summary>Reads a size.</summary>
    /// <exception cref="SettingException">The value is not one, or too small or large.</exception>
    public static long Bytes(Config config, string key, long least, long most)
    {
        var value = Read<long>(config, key, static (c, k) => c.GetByteSize(k));
        return value >= least && value <= most
            ? value.Value
            : throw Bad(config, key, $"a size from {least} to {most} bytes, such as 64 KiB or 1 MiB");
    }

    /// <summary>Reads a switch.</summary>
    /// <exception cref="SettingException">The value is no switch. The message names its key.</exception>
    public static bool Switch(Config config, string key) =>
        Read<bool>(config, key, static (c, k) => c.GetBoolean(k)) ?? throw Bad(config, key, "on or off");

    /// <summary>Reads a duration.</summary>
    /// <exception cref="SettingException">The value is no duration. The message names its key.</exception>
    public static TimeSpan Duration(Config config, string key) => Duration(
        config, key, TimeSpan.FromTicks(1), TimeSpan.FromDays(1) - TimeSpan.FromTicks(1),
        "of more than nothing and less than a day");

    /// <summary>Reads a duration within bounds.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="key">The key.</param>
    /// <param name="least">The least duration.</param>
    /// <param name="most">The longest duration.</param>
    /// <param name="bounds">The bounds, for the message.</param>
    /// <exception cref="SettingException">The value is not such a duration. The message names its key.</exception>
    public static TimeSpan Duration(Config config, string key, TimeSpan least, TimeSpan most, string bounds)
    {
        var value = Read<TimeSpan>(config, key, static (c, k) => c.GetTimeSpan(k, null, false));
        return value >= least && value <= most
            ? value.Value
            : throw Bad(config, key, $"a duration such as 300 ms or 5 s, {bounds}");
    }

    // If a value is of the wrong kind, the exception of the configuration library does not always name the key.
    private static T? Read<T>(Config config, string key, Func<Config, string, T?> read)
        where T : struct
    {
        try
        {
            return read(config, key);
        }
        catch (Exception e) when (e is FormatException or OverflowException or NotSupportedException
            or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What to throw when a value is not what is expected.</summary>
    public static SettingException Bad(Config config, string key, string expected) =>
        new(key, $"{key} = {config.GetString(key, "")}: it is not {expected}.");
}
