using Akka.Configuration;

namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.metrics</c>.</summary>
internal sealed record MetricsSettings
{
    /// <summary>Whether <c>/metrics</c> is served.</summary>
    public required bool Prometheus { get; init; }

    /// <summary>Where measurements are sent by the OpenTelemetry protocol; <c>null</c> if nowhere.</summary>
    public required Uri? OtlpEndpoint { get; init; }

    /// <summary>How often they are sent.</summary>
    public required TimeSpan OtlpInterval { get; init; }

    /// <summary>Whether somebody gets the measurements.</summary>
    public bool AreUsed => Prometheus || OtlpEndpoint is not null;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="RaftActors.SettingException">A value is not usable. The message names its key.</exception>
    public static MetricsSettings From(Config config) => new()
    {
        Prometheus = HoconValues.Switch(config, "raftnode.metrics.prometheus"),
        OtlpEndpoint = HoconValues.Url(config, "raftnode.metrics.otlp.endpoint"),
        OtlpInterval = HoconValues.Duration(config, "raftnode.metrics.otlp.interval"),
    };
}
