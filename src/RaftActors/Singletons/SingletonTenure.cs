using Akka.Actor;

namespace RaftActors.Singletons;

/// <summary>A time in which this node may run the singleton of a group. Thread-safe.</summary>
/// <remarks>
/// <para>
/// <b>What is guaranteed by time.</b> A tenure lasts until the node's own monotonic time before it last asked its peer
/// for confirmation, plus <see cref="RaftSingletonSettings.HandOverWait"/> less clock drift and margin. The
/// confirmation says that at a moment after the question a majority of the voters knew no later term. So a later leader
/// is elected after that moment, and its node waits <see cref="RaftSingletonSettings.HandOverWait"/> from when it knows
/// of its election. Two tenures therefore never overlap, as long as the rates of the nodes' monotonic clocks differ by
/// no more than <see cref="RaftSingletonSettings.ClockDrift"/> and these clocks go on while a process stands still. No
/// promise of the voters and no message between the two leaders is needed for it.
/// </para>
/// <para>
/// <b>What is not.</b> A singleton is an actor: it stops when it has handled the message that it is at. When that takes
/// longer than the margin, or when the process stood still and has just been woken, the code of a former singleton can
/// run beside its successor for a moment. <see cref="IsCurrent"/> then says false, because it compares with the clock,
/// but nothing keeps a process from standing still between that question and a write. Only the resource that is written
/// to can refuse a late write: give it <see cref="Token"/>, and let it refuse a token lower than one that it has seen.
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

    /// <summary>The term in which this node's peer leads. Later tenures of another leader have a higher one.</summary>
    public long Term { get; }

    /// <summary>
    /// The fencing token: the index of the entry with which the leader began its term. It only ever grows from leader
    /// to leader. The entry is committed before the singleton starts, so every later leader has it in its log when it
    /// is elected (Leader Completeness; paper, section 5.4), and begins its own term behind it. No two leaders have the
    /// same token, because an index is committed once. A tenure that ends and begins again within the same term has the
    /// same token: no other node had one in between.
    /// </summary>
    /// <remarks>
    /// A restore of a group from a backup sets its index back, so tokens may be used again. Stop the singleton before.
    /// </remarks>
    public long Token { get; }

    /// <summary>
    /// Whether this node may run the singleton now, by its own clock. Asks nobody. Once false, it stays false.
    /// </summary>
    public bool IsCurrent => _scheduler.HighResMonotonicClock.Ticks < Volatile.Read(ref _until);

    /// <summary>The end, as far as is known now.</summary>
    internal TimeSpan Until => new(Volatile.Read(ref _until));

    /// <summary>A majority has confirmed the leadership again.</summary>
    internal void Extend(TimeSpan until)
    {
        if (IsCurrent && until > Until)
            Volatile.Write(ref _until, until.Ticks);
    }

    /// <summary>It ends now.</summary>
    internal void End() => Volatile.Write(ref _until, long.MinValue);
}
