namespace RaftActors.Coordination;

/// <summary>One uninterrupted time in which this process holds a lease, as far as it knows by its own clock.</summary>
/// <remarks>
/// <para>
/// It may only be believed until <see cref="Until"/>: the process's own monotonic time before it asked, and the time
/// for which a holder counts on a lease. The group's clock cannot have moved on by the time to live before that moment.
/// So nobody else has been granted the lease, whatever has become of the group, of this process or of any message
/// meanwhile.
/// </para>
/// <para>Whoever looks compares with the clock. There is no flag that a paused process could find set.</para>
/// </remarks>
/// <param name="token">The fencing token.</param>
/// <param name="until">Until when, by the monotonic clock of the actor system's scheduler.</param>
internal sealed class Hold(long token, TimeSpan until)
{
    private long _until = until.Ticks;

    public long Token { get; } = token;

    /// <summary>When the lease is lost, unless the group says before that it goes on. Read by any thread.</summary>
    public TimeSpan Until => new(Volatile.Read(ref _until));

    /// <summary>The group has said that it goes on.</summary>
    public void Extend(TimeSpan until) => Volatile.Write(ref _until, Math.Max(_until, until.Ticks));
}
