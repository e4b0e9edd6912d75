using Akka.Configuration;

namespace Akka.Remote;

/// <summary>A section that configures a failure detector; a detector uses what concerns it.</summary>
internal sealed record FailureDetectorSettings
{
    /// <summary>Whether to wait for a fixed time, rather than to judge by how heartbeats came so far.</summary>
    public bool Deadline { get; init; }

    public required TimeSpan HeartbeatInterval { get; init; }

    public required TimeSpan AcceptablePause { get; init; }

    public double Threshold { get; init; } = 10;

    public int MaxSampleSize { get; init; } = 200;

    public TimeSpan MinStdDeviation { get; init; } = TimeSpan.FromMilliseconds(100);

    public static FailureDetectorSettings From(Config config)
    {
        var implementation = config.GetString("implementation-class", "")!.Split(',')[0].Trim();
        var settings = new FailureDetectorSettings
        {
            Deadline = implementation switch
            {
                "Akka.Remote.DeadlineFailureDetector" => true,
                "Akka.Remote.PhiAccrualFailureDetector" => false,
                _ => throw new ConfigurationException($"There is no failure detector \"{implementation}\""),
            },
            HeartbeatInterval = config.GetTimeSpan("heartbeat-interval"),
            AcceptablePause = config.GetTimeSpan("acceptable-heartbeat-pause"),
        };
        settings = settings with
        {
            Threshold = config.GetDouble("threshold", settings.Threshold),
            MaxSampleSize = config.GetInt("max-sample-size", settings.MaxSampleSize),
            MinStdDeviation = config.GetTimeSpan("min-std-deviation", settings.MinStdDeviation),
        };
        return settings.Checked();
    }

    public FailureDetector Create(Func<TimeSpan> clock) =>
        Deadline ? new DeadlineFailureDetector(this, clock) : new PhiAccrualFailureDetector(this, clock);

    private FailureDetectorSettings Checked()
    {
        Require(HeartbeatInterval > TimeSpan.Zero, "heartbeat-interval", HeartbeatInterval);
        Require(AcceptablePause >= TimeSpan.Zero, "acceptable-heartbeat-pause", AcceptablePause);
        Require(Threshold > 0, "threshold", Threshold);
        Require(MaxSampleSize >= 2, "max-sample-size", MaxSampleSize);
        Require(MinStdDeviation > TimeSpan.Zero, "min-std-deviation", MinStdDeviation);
        return this;
    }

    private static void Require(bool condition, string key, object value)
    {
        if (!condition)
            throw new ConfigurationException($"A failure detector cannot have {key} = {value}");
    }
}
