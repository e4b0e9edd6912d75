using System.Net;
using Akka.Configuration;

namespace RaftNode.Host.Configuration;

/// <summary>The sections <c>raftnode.http</c> and <c>raftnode.watch</c>.</summary>
internal sealed record HttpSettings
{
    /// <summary>Where HTTP is served.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>The largest value of a key, in bytes.</summary>
    public required int MaxValueBytes { get; init; }

    /// <summary>The longest key, in bytes of UTF-8.</summary>
    public required int MaxKeyBytes { get; init; }

    /// <summary>How many requests may be under way at a time, watchers and questions about health and status aside.</summary>
    public required int MaxRequests { get; init; }

    /// <summary>How many bytes the bodies of the requests under way may have.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>How long a request waits for a leader and its answer.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How long requests in progress may take once the node was told to stop.</summary>
    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary>How changes are watched.</summary>
    public required WatchSettings Watch { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="NodeStartException">A value makes no sense; the message names its key.</exception>
    public static HttpSettings From(Config config)
    {
        var address = config.GetString("raftnode.http.address", "");
        if (!IPAddress.TryParse(address == "localhost" ? "127.0.0.1" : address, out var ip))
            throw new NodeStartException($"raftnode.http.address = \"{address}\" is not an IP address");
        return new HttpSettings
        {
            Endpoint = new IPEndPoint(ip, (int)Number(config, "raftnode.http.port", (c, key) => c.GetLong(key, 0), 1, IPEndPoint.MaxPort)),
            MaxValueBytes = (int)Number(config, "raftnode.http.max-value-bytes", (c, key) => c.GetByteSize(key), 1, 1 << 30),
            MaxKeyBytes = (int)Number(config, "raftnode.http.max-key-bytes", (c, key) => c.GetByteSize(key), 1, 2048),
            MaxRequests = (int)Number(config, "raftnode.http.max-requests", (c, key) => c.GetLong(key, 0), 1, 1 << 20),
            MaxBodyBytes = Number(config, "raftnode.http.max-body-bytes", (c, key) => c.GetByteSize(key), 1, 1L << 40),
            RequestTimeout = Duration(config, "raftnode.http.request-timeout"),
            ShutdownTimeout = Duration(config, "raftnode.http.shutdown-timeout"),
            Watch = new WatchSettings
            {
                MaxWatchers = (int)Number(config, "raftnode.watch.max-watchers", (c, key) => c.GetLong(key, 0), 0, 1 << 20),
                HistoryChanges = (int)Number(config, "raftnode.watch.history-changes", (c, key) => c.GetLong(key, 0), 1, 1 << 28),
                HistoryBytes = Number(config, "raftnode.watch.history-bytes", (c, key) => c.GetByteSize(key), 0, 1L << 40),
                KeepAlive = Duration(config, "raftnode.watch.keep-alive"),
            },
        };
    }

    /// <summary>Reads a port, which is 0 where none is given.</summary>
    /// <exception cref="NodeStartException">It is none; the message names its key.</exception>
    public static int Port(Config config, string key) => (int)Number(config, key, (c, k) => c.GetLong(k, 0), 0, IPEndPoint.MaxPort);

    private static long Number(Config config, string key, Func<Config, string, long?> read, long least, long most)
    {
        var value = Read(config, key, read);
        return value >= least && value <= most ? value.Value : throw Bad(config, key, $"a number from {least} to {most}");
    }

    private static TimeSpan Duration(Config config, string key)
    {
        var value = Read<TimeSpan>(config, key, (c, k) => c.GetTimeSpan(k, null, false));
        return value > TimeSpan.Zero && value < TimeSpan.FromDays(1) ? value.Value : throw Bad(config, key, "a duration of more than nothing and less than a day");
    }

    // What the configuration throws at a value of the wrong kind does not always name the key.
    private static T? Read<T>(Config config, string key, Func<Config, string, T?> read)
        where T : struct
    {
        try
        {
            return read(config, key);
        }
        catch (Exception e) when (e is FormatException or OverflowException or NotSupportedException)
        {
            return null;
        }
    }

    private static NodeStartException Bad(Config config, string key, string expected) => new($"{key} = {config.GetString(key, "")} is not {expected}");
}
