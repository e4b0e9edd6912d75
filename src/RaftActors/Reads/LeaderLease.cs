namespace RaftActors.Reads;

/// <summary>
/// A leader's lease (dissertation, section 6.4.1): nobody else can have been elected before the voters' promise has
/// passed since the moment a majority heard the leader. That moment is not before the one at which the read context
/// that they answered was drawn.
/// </summary>
internal sealed class LeaderLease
{
    private const int MostUnanswered = 256;

    private readonly Queue<(long Context, TimeSpan Drawn)> _drawn = new();
    private TimeSpan? _start;

    /// <summary>How many contexts are remembered that no majority has answered.</summary>
    public int Unanswered => _drawn.Count;

    /// <summary>A read context was drawn; nothing that carries it was sent before.</summary>
    public void Drawn(long context, TimeSpan now)
    {
        if (_drawn.Count == MostUnanswered)
            _drawn.Dequeue();
        _drawn.Enqueue((context, now));
    }

    /// <summary>A majority of voters who know of the leases has answered a context.</summary>
    public void Confirm(long context)
    {
        while (_drawn.TryPeek(out var next) && next.Context <= context)
            _start = _drawn.Dequeue().Drawn;
    }

    /// <summary>Whether it lasts.</summary>
    /// <param name="now">The time.</param>
    /// <param name="promise">How long a voter, by its own clock, elects nobody after hearing the leader.</param>
    /// <param name="drift">By which part the rates of two clocks may differ.</param>
    public bool Holds(TimeSpan now, TimeSpan promise, double drift) => now - _start < promise * (1 - drift);
}
