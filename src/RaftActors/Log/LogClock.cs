namespace RaftActors.Log;

/// <summary>The log time of one leader in one term: what the entries that it appends are stamped with.</summary>
/// <remarks>
/// Log time starts at the wall clock, but never before the last entry of the log. From there it moves as the leader's
/// monotonic clock does. So within a term a difference of log times is a time that has passed, whatever somebody sets
/// the wall clock to. Between two terms it is not: another leader's wall clock is another, and nobody knows how long
/// there was no leader. Whoever measures a time in the log adds up the differences within terms, and none across.
/// The time is cut off to whole milliseconds, so a difference may be a millisecond more than the time that has passed.
/// </remarks>
internal readonly record struct LogClock
{
    private readonly long _start;
    private readonly TimeSpan _startedAt;

    /// <summary>Starts with a leadership.</summary>
    /// <param name="lastTime">The time of the last entry in the log, in milliseconds since the Unix epoch.</param>
    /// <param name="wallClock">The leader's wall clock.</param>
    /// <param name="elapsed">The leader's monotonic clock.</param>
    public LogClock(long lastTime, DateTimeOffset wallClock, TimeSpan elapsed)
    {
        _start = Math.Max(lastTime, wallClock.ToUnixTimeMilliseconds());
        _startedAt = elapsed;
    }

    /// <summary>The log time, in milliseconds since the Unix epoch.</summary>
    /// <param name="elapsed">The leader's monotonic clock.</param>
    public long At(TimeSpan elapsed) => _start + (long)Math.Max(0, (elapsed - _startedAt).TotalMilliseconds);
}
