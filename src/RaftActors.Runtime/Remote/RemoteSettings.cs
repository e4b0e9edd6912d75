using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>The section <c>akka.remote</c>, apart from the transport's.</summary>
internal sealed record RemoteSettings
{
    private const string Path = "akka.remote";

    public required string Dispatcher { get; init; }

    public required LogLevel LifecycleEventsLogLevel { get; init; }

    public required bool LogSent { get; init; }

    public required bool LogReceived { get; init; }

    public required TimeSpan FlushWait { get; init; }

    public required TimeSpan RetryGateClosedFor { get; init; }

    public required TimeSpan QuarantineMarkerLife { get; init; }

    public required TimeSpan QuarantineAfterSilence { get; init; }

    public required int SystemMessageBufferSize { get; init; }

    public required TimeSpan ResendInterval { get; init; }

    public required int ResendLimit { get; init; }

    public required TimeSpan SystemMessageDeliveryTimeout { get; init; }

    /// <summary>A connection is given up when its detector says so; heartbeats keep it from that.</summary>
    public required FailureDetectorSettings TransportFailureDetector { get; init; }

    /// <summary>A system is given up when this detector says so and one of its actors is watched.</summary>
    public required FailureDetectorSettings WatchFailureDetector { get; init; }

    public required TimeSpan UnreachableReaperInterval { get; init; }

    public required TimeSpan ExpectedResponseAfter { get; init; }

    public static RemoteSettings From(Config root)
    {
        var remote = root.GetConfig(Path) ?? throw new ConfigurationException($"There is no section {Path}");
        if (remote.GetBoolean("untrusted-mode"))
            throw new ConfigurationException($"{Path}.untrusted-mode = on: this runtime does not have it, and will not do without it silently");
        if (!remote.GetBoolean("use-passive-connections", true))
            throw new ConfigurationException($"{Path}.use-passive-connections = off: this runtime always answers over the connection that another system made");
        var watch = remote.GetConfig("watch-failure-detector")!;
        return new RemoteSettings
        {
            Dispatcher = remote.GetString("use-dispatcher", "") is { Length: > 0 } dispatcher ? dispatcher : Dispatch.Dispatchers.DefaultDispatcherId,
            LifecycleEventsLogLevel = remote.GetString("log-remote-lifecycle-events", "on").ToUpperInvariant() switch
            {
                "ON" or "TRUE" or "YES" => LogLevel.DebugLevel,
                "OFF" or "FALSE" or "NO" => Logging.LogLevelFor("OFF"),
                var level => Logging.LogLevelFor(level),
            },
            LogSent = remote.GetBoolean("log-sent-messages"),
            LogReceived = remote.GetBoolean("log-received-messages"),
            FlushWait = remote.GetTimeSpan("flush-wait-on-shutdown"),
            RetryGateClosedFor = remote.GetTimeSpan("retry-gate-closed-for"),
            QuarantineMarkerLife = remote.GetTimeSpan("prune-quarantine-marker-after"),
            QuarantineAfterSilence = remote.GetTimeSpan("quarantine-after-silence"),
            SystemMessageBufferSize = AtLeastOne(remote, "system-message-buffer-size"),
            ResendInterval = remote.GetTimeSpan("resend-interval"),
            ResendLimit = AtLeastOne(remote, "resend-limit"),
            SystemMessageDeliveryTimeout = remote.GetTimeSpan("initial-system-message-delivery-timeout"),
            TransportFailureDetector = FailureDetectorSettings.From(remote.GetConfig("transport-failure-detector")!),
            WatchFailureDetector = FailureDetectorSettings.From(watch),
            UnreachableReaperInterval = watch.GetTimeSpan("unreachable-nodes-reaper-interval"),
            ExpectedResponseAfter = watch.GetTimeSpan("expected-response-after"),
        };
    }

    private static int AtLeastOne(Config remote, string key)
    {
        var value = remote.GetInt(key);
        return value >= 1 ? value : throw new ConfigurationException($"{Path}.{key} = {value}: must be at least 1");
    }
}
