namespace RaftActors.Coordination;

/// <summary>One uninterrupted time in which this process holds a lease, by this process's own clock.</summary>
/// <remarks>
/// <para>
/// The hold counts only until <see cref="Until"/>: the process's monotonic time before it asked for the lease, plus the
/// time for which a holder counts on a lease. Before that moment, the group's clock cannot have moved on by the time to
/// live. So the group has granted the lease to nobody else, whatever has happened to the group, to this process or to a
/// message meanwhile.
/// </para>
/// <para>
/// A caller compares <see cref="Until"/> with the clock. There is no flag, because a process that was paused would find
/// the flag still set.
/// </para>
/// </remarks>
/// <param name="token">The fencing token.</param>
/// <param name="until">When the hold ends, by the monotonic clock of the actor system's scheduler.</param>
internal sealed class Hold(long token, TimeSpan until)
{
    private long _until = until.Ticks;

    public long Token { get; } = token;

    /// <summary>When the hold ends, unless the group confirms the lease before. Any thread may read it.</summary>
    public TimeSpan Until => new(Volatile.Read(ref _until));

    /// <summary>Moves the end of the hold on, after the group has confirmed the lease.</summary>
    public void Extend(TimeSpan until) => Volatile.Write(ref _until, Math.Max(_until, until.Ticks));
}
