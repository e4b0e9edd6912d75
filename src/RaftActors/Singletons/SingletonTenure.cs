using Akka.Actor;

namespace RaftActors.Singletons;

/// <summary>A time in which this node may run the singleton of a group. Thread-safe.</summary>
/// <remarks>
/// <para>
/// <b>What is guaranteed by time.</b> A tenure lasts until the node's own monotonic time before it last asked its peer
/// for confirmation, plus <see cref="RaftSingletonSettings.HandOverWait"/> less clock drift and margin. The
/// confirmation says that at some moment after the question a majority of the voters knew no later term. So a later
/// leader is elected after that moment. Its node waits <see cref="RaftSingletonSettings.HandOverWait"/> from when it
/// knows of its election. So two tenures never overlap, on two conditions: the rates of the nodes' monotonic clocks
/// differ by no more than <see cref="RaftSingletonSettings.ClockDrift"/>, and these clocks go on while a process is
/// paused. No promise of the voters and no message between the two leaders is needed.
/// </para>
/// <para>
/// <b>What is not.</b> A singleton is an actor. It stops when it has handled its present message. If that takes longer
/// than the margin, or if the process was paused and has just continued, the code of a former singleton can run beside
/// its successor for a moment. <see cref="IsCurrent"/> is then false, because it compares with the clock. But a process
/// can also be paused between that check and a write. Only the resource that is written to can refuse a late write:
/// give it <see cref="Token"/>, and let it refuse a token lower than one it has seen.
/// </para>
/// </remarks>
public sealed class SingletonTenure
{
    private readonly IScheduler _scheduler;
    private long _until;

    internal SingletonTenure(IScheduler scheduler, long term, long token, TimeSpan until)
    {
        _scheduler = scheduler;
        Term = term;
        Token = token;
        _until = until.Ticks;
    }

    /// <summary>The term in which this node's peer leads. A later tenure of another leader has a higher term.</summary>
    public long Term { get; }

    /// <summary>
    /// The fencing token: the index of the entry with which the leader began its term. The token grows from leader to
    /// leader. The entry is committed before the singleton starts. So every later leader has it in its log when it is
    /// elected (Leader Completeness; paper, section 5.4), and begins its own term after it. No two leaders have the
    /// same token, because an index is committed once. If a tenure ends and another one begins within the same term,
    /// both have the same token; no other node had a tenure in between.
    /// </summary>
    /// <remarks>
    /// A restore of the group from a backup sets the index back, so tokens may be used again. Stop the singleton before
    /// a restore.
    /// </remarks>
    public long Token { get; }

    /// <summary>
    /// Whether this node may run the singleton now, by its own clock. Sends nothing. Once false, it stays false.
    /// </summary>
    public bool IsCurrent => _scheduler.HighResMonotonicClock.Ticks < Volatile.Read(ref _until);

    /// <summary>When the tenure ends, as far as is known now.</summary>
    internal TimeSpan Until => new(Volatile.Read(ref _until));

    /// <summary>Moves the end of the tenure on, after a majority has confirmed the leadership again.</summary>
    internal void Extend(TimeSpan until)
    {
        if (IsCurrent && until > Until)
            Volatile.Write(ref _until, until.Ticks);
    }

    /// <summary>Ends the tenure now.</summary>
    internal void End() => Volatile.Write(ref _until, long.MinValue);
}
