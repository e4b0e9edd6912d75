using RaftActors.Log;

namespace RaftActors.Coordination;

/// <summary>
/// The clock by which leases end: the sum of the differences of log time between entries of the same term, in
/// milliseconds. The clock is a part of the replicated state.
/// </summary>
/// <remarks>
/// Within a term, log time follows the leader's monotonic clock, so a step of a wall clock does not move the lease
/// clock. Between the last entry of a term and the first entry of the next term, no time counts, because the clocks of
/// two leaders are not related. So a change of leader neither shortens a lease nor gives a lease its full time again.
/// Log time is cut off to whole milliseconds. The first entry of a term therefore counts as a millisecond late: between
/// two entries the lease clock moves by less than a millisecond more than the time that has passed, however many
/// leaders there were. The time from the last command of a term to the first command of the next term is lost. The
/// leases of dead holders end that much later. The signs of life of other processes keep that time short.
/// </remarks>
/// <param name="Now">The lease time, in milliseconds.</param>
/// <param name="Term">The term of the last entry.</param>
/// <param name="Time">The log time up to which the clock has moved.</param>
internal readonly record struct LeaseClock(long Now, long Term, long Time)
{
    /// <summary>The clock after the next entry.</summary>
    public LeaseClock After(LogEntry entry)
    {
        if (entry.Term != Term)
            return new LeaseClock(Now, entry.Term, entry.Time + 1);
        return this with { Now = Now + Math.Max(0, entry.Time - Time), Time = Math.Max(Time, entry.Time) };
    }
}
