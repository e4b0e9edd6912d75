namespace RaftActors.Reads;

/// <summary>
/// A leader's lease (dissertation, section 6.4.1). After voters have heard the leader, they grant no vote for the
/// promised time. So no other peer can have been elected before that time has passed since a majority heard the leader.
/// The lease counts the time from when the read context was drawn that the majority answered, which is never later.
/// </summary>
internal sealed class LeaderLease
{
    private const int MostUnanswered = 256;

    private readonly Queue<(long Context, TimeSpan Drawn)> _drawn = new();
    private TimeSpan? _start;

    /// <summary>The number of contexts that no majority has answered yet.</summary>
    public int Unanswered => _drawn.Count;

    /// <summary>
    /// Records that a read context was drawn. No message with this context may have been sent before.
    /// </summary>
    public void Drawn(long context, TimeSpan now)
    {
        if (_drawn.Count == MostUnanswered)
            _drawn.Dequeue();
        _drawn.Enqueue((context, now));
    }

    /// <summary>Records that a majority of voters that know of the leases has answered a context.</summary>
    public void Confirm(long context)
    {
        while (_drawn.TryPeek(out var next) && next.Context <= context)
            _start = _drawn.Dequeue().Drawn;
    }

    /// <summary>Whether the lease holds.</summary>
    /// <param name="now">The time.</param>
    /// <param name="promise">How long a voter, by its own clock, grants no vote after it has heard the leader.</param>
    /// <param name="drift">The largest difference between the rates of two clocks, as a part of 1.</param>
    public bool Holds(TimeSpan now, TimeSpan promise, double drift) => now - _start < promise * (1 - drift);
}
