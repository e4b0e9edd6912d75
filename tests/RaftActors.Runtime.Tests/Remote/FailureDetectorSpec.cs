using Akka.Configuration;
using Akka.Remote;

namespace RaftActors.Runtime.Tests.Remote;

public sealed class FailureDetectorSpec
{
    private static readonly FailureDetectorSettings Settings = new()
    {
        HeartbeatInterval = TimeSpan.FromSeconds(1),
        AcceptablePause = TimeSpan.FromSeconds(3),
        Threshold = 8,
        MinStdDeviation = TimeSpan.FromMilliseconds(100),
    };

    private TimeSpan _now = TimeSpan.FromHours(1);

    public static TheoryData<bool> Both => [false, true];

    [Theory, MemberData(nameof(Both))]
    public void Nothing_is_suspected_before_the_first_heartbeat(bool deadline)
    {
        var detector = Detector(deadline);
        _now += TimeSpan.FromDays(1);
        Assert.True(detector.IsAvailable);
        Assert.False(detector.IsMonitoring);
        detector.HeartBeat();
        Assert.True(detector.IsMonitoring);
    }

    [Theory, MemberData(nameof(Both))]
    public void Regular_heartbeats_and_acceptable_pauses_raise_no_suspicion(bool deadline)
    {
        var detector = Detector(deadline);
        for (var i = 0; i < 1000; i++)
        {
            detector.HeartBeat();
            _now += TimeSpan.FromSeconds(i % 50 == 49 ? 3.5 : 1);
            Assert.True(detector.IsAvailable);
        }
    }

    [Theory, MemberData(nameof(Both))]
    public void Silence_is_suspected_and_a_heartbeat_ends_the_suspicion(bool deadline)
    {
        var detector = Detector(deadline);
        for (var i = 0; i < 20; i++)
        {
            detector.HeartBeat();
            _now += TimeSpan.FromSeconds(1);
        }
        _now += TimeSpan.FromSeconds(10);
        Assert.False(detector.IsAvailable);
        detector.HeartBeat();
        Assert.True(detector.IsAvailable);
        _now += TimeSpan.FromSeconds(6);
        Assert.False(detector.IsAvailable);
    }

    [Fact]
    public void The_deadline_is_one_interval_and_the_acceptable_pause()
    {
        var detector = Detector(deadline: true);
        detector.HeartBeat();
        _now += TimeSpan.FromSeconds(4) - TimeSpan.FromTicks(1);
        Assert.True(detector.IsAvailable);
        _now += TimeSpan.FromTicks(1);
        Assert.False(detector.IsAvailable);
    }

    [Fact]
    public void Suspicion_grows_with_silence()
    {
        var detector = new PhiAccrualFailureDetector(Settings, () => _now);
        detector.HeartBeat();
        var phis = Enumerable.Range(0, 60).Select(tenths => detector.Phi(_now + TimeSpan.FromSeconds(tenths / 10.0))).ToList();
        Assert.Equal(phis.Order(), phis);
        Assert.True(phis[0] < 0.1);
        Assert.True(phis[^1] > Settings.Threshold);
    }

    [Fact]
    public void Irregular_heartbeats_are_given_more_time()
    {
        var random = new Random(1);
        var regular = PhiAfter(() => TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4.6));
        var irregular = PhiAfter(() => TimeSpan.FromSeconds(0.5 + random.NextDouble()), TimeSpan.FromSeconds(4.6));
        Assert.True(irregular < regular / 2, $"{irregular} for irregular heartbeats, {regular} for regular ones");

        double PhiAfter(Func<TimeSpan> interval, TimeSpan silence)
        {
            var detector = new PhiAccrualFailureDetector(Settings, () => _now);
            for (var i = 0; i < 200; i++)
            {
                detector.HeartBeat();
                _now += interval();
            }
            detector.HeartBeat();
            return detector.Phi(_now + silence);
        }
    }

    [Theory]
    [InlineData("heartbeat-interval = 0s")]
    [InlineData("threshold = 0")]
    [InlineData("max-sample-size = 1")]
    [InlineData("min-std-deviation = 0s")]
    [InlineData("implementation-class = \"Some.Other.Detector, Other\"")]
    public void Impossible_settings_are_refused(string setting)
    {
        var config = ConfigurationFactory.ParseString(setting).WithFallback(ConfigurationFactory.ParseString("""
            implementation-class = "Akka.Remote.PhiAccrualFailureDetector, Akka.Remote"
            heartbeat-interval = 1s
            acceptable-heartbeat-pause = 3s
            """));
        Assert.Throws<ConfigurationException>(() => FailureDetectorSettings.From(config));
    }

    private FailureDetector Detector(bool deadline) => (Settings with { Deadline = deadline }).Create(() => _now);
}
