namespace RaftActors.Log;

/// <summary>The log time of one leader in one term. The leader stamps its entries with it.</summary>
/// <remarks>
/// Log time starts at the wall clock, but never before the time of the log's last entry. From there it moves as the
/// leader's monotonic clock does. So within a term, a difference of log times is elapsed time, even if the wall clock
/// is set. Between two terms it is not: another leader has another wall clock, and it is unknown how long there was no
/// leader. To measure a time in the log, add up the differences within terms, and none across terms. Log time is cut
/// off to whole milliseconds, so a difference may be a millisecond more than the elapsed time.
/// </remarks>
internal readonly record struct LogClock
{
    private readonly long _start;
    private readonly TimeSpan _startedAt;

    /// <summary>Starts the clock when a leadership begins.</summary>
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
