namespace Akka.Remote;

/// <summary>
/// The detector of Hayashibara et al.: how suspicious the present silence is, given how irregular heartbeats were so far. Phi is -log10 of the probability
/// that a heartbeat comes even later, with intervals taken to be normally distributed: at 1 the suspicion is wrong one time in ten, at 3 one in a thousand.
/// </summary>
internal sealed class PhiAccrualFailureDetector : FailureDetector
{
    private readonly FailureDetectorSettings _settings;
    private readonly Func<TimeSpan> _clock;
    private readonly double[] _intervals;
    private int _count;
    private int _oldest;
    private TimeSpan? _last;

    public PhiAccrualFailureDetector(FailureDetectorSettings settings, Func<TimeSpan> clock)
    {
        _settings = settings;
        _clock = clock;
        _intervals = new double[settings.MaxSampleSize];
        // Something to start from: two guesses that lie well apart.
        var guess = settings.HeartbeatInterval.TotalMilliseconds;
        Remember(guess - (guess / 4));
        Remember(guess + (guess / 4));
    }

    public override bool IsAvailable => Phi(_clock()) < _settings.Threshold;

    public override bool IsMonitoring => _last is not null;

    public override void HeartBeat()
    {
        var now = _clock();
        // The silence that ended a period of suspicion says nothing about the ordinary intervals.
        if (_last is { } last && Phi(now) < _settings.Threshold)
            Remember((now - last).TotalMilliseconds);
        _last = now;
    }

    internal double Phi(TimeSpan now)
    {
        if (_last is not { } last)
            return 0;
        var sum = 0.0;
        var squares = 0.0;
        for (var i = 0; i < _count; i++)
        {
            sum += _intervals[i];
            squares += _intervals[i] * _intervals[i];
        }
        var mean = sum / _count;
        var deviation = Math.Max(Math.Sqrt(Math.Max(0, (squares / _count) - (mean * mean))), _settings.MinStdDeviation.TotalMilliseconds);
        return Phi((now - last).TotalMilliseconds, mean + _settings.AcceptablePause.TotalMilliseconds, deviation);
    }

    /// <summary>With the logistic approximation to the cumulative normal distribution.</summary>
    private static double Phi(double silence, double mean, double deviation)
    {
        var y = (silence - mean) / deviation;
        var e = Math.Exp(-y * (1.5976 + (0.070566 * y * y)));
        return silence > mean ? -Math.Log10(e / (1 + e)) : -Math.Log10(1 - (1 / (1 + e)));
    }

    private void Remember(double interval)
    {
        if (_count < _intervals.Length)
        {
            _intervals[_count++] = interval;
            return;
        }
        _intervals[_oldest] = interval;
        _oldest = (_oldest + 1) % _intervals.Length;
    }
}
