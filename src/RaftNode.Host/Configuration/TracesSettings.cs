using Akka.Configuration;

namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.traces</c>.</summary>
internal sealed record TracesSettings
{
    /// <summary>Where spans are sent by the OpenTelemetry protocol; <c>null</c> if nothing is traced.</summary>
    public required Uri? OtlpEndpoint { get; init; }

    /// <summary>
    /// The part of the requests that are traced, from 0 to 1, of those whose caller does not say whether they are.
    /// </summary>
    public required double SamplingRatio { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="RaftActors.SettingException">A value is not usable. The message names its key.</exception>
    public static TracesSettings From(Config config) => new()
    {
        OtlpEndpoint = HoconValues.Url(config, "raftnode.traces.otlp.endpoint"),
        SamplingRatio = HoconValues.Ratio(config, "raftnode.traces.sampling-ratio"),
    };
}
