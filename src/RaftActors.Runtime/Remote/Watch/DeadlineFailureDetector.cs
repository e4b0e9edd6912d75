namespace Akka.Remote;

/// <summary>Gone when no heartbeat came for a fixed time: one interval and the pause that is acceptable.</summary>
internal sealed class DeadlineFailureDetector : FailureDetector
{
    private readonly Func<TimeSpan> _clock;
    private readonly long _patience;
    private long _last = long.MinValue;

    public DeadlineFailureDetector(FailureDetectorSettings settings, Func<TimeSpan> clock)
    {
        _clock = clock;
        _patience = (settings.AcceptablePause + settings.HeartbeatInterval).Ticks;
    }

    public override bool IsAvailable => Volatile.Read(ref _last) is var last && (last == long.MinValue || _clock().Ticks - last < _patience);

    public override bool IsMonitoring => Volatile.Read(ref _last) != long.MinValue;

    public override void HeartBeat() => Volatile.Write(ref _last, _clock().Ticks);
}
