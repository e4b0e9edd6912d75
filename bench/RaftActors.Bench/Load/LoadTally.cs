using System.Diagnostics;

namespace RaftActors.Bench;

/// <summary>How an operation ended.</summary>
internal enum Outcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>It was refused because the node had too much to do.</summary>
    Refused,

    /// <summary>Likewise, and the answer does not say when to try again.</summary>
    RefusedWithoutAdvice,

    /// <summary>It was not done, or nobody knows.</summary>
    Failed,
}

/// <summary>Counts the operations of a load.</summary>
/// <remarks>
/// An operation belongs to the measured time by when it was to be started, and its latency is counted from then: one
/// that had to wait because others before it took long has waited all the same. What is done a second is counted by
/// when it was done.
/// </remarks>
internal sealed class LoadTally
{
    private readonly long _from;
    private readonly long _to;

    private LoadTally(long from, long to)
    {
        (_from, _to) = (from, to);
        var seconds = (int)Math.Ceiling((to - from) / (double)Stopwatch.Frequency);
        Longest = new long[seconds];
        Started = new long[seconds];
    }

    /// <summary>A tally for a load that starts at a time.</summary>
    /// <param name="start">When, in stopwatch ticks.</param>
    /// <param name="order">The load.</param>
    public static LoadTally Of(long start, LoadOrder order)
    {
        var from = start + (long)(order.WarmUpSeconds * Stopwatch.Frequency);
        return new LoadTally(from, from + (long)(order.Seconds * Stopwatch.Frequency));
    }

    /// <summary>When the load ends, in stopwatch ticks.</summary>
    public long End => _to;

    /// <summary>The latencies of what was done.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>
    /// For each second, the longest latency, in stopwatch ticks, of those that were to be started in it and were done.
    /// </summary>
    public long[] Longest { get; }

    /// <summary>How many those are.</summary>
    public long[] Started { get; }

    /// <summary>The latencies of refusals.</summary>
    public LatencyHistogram Refusals { get; } = new();

    /// <summary>How many were done in the measured time.</summary>
    public long Done { get; private set; }

    /// <summary>How many failed otherwise.</summary>
    public long Failures { get; private set; }

    /// <summary>Those by what was answered.</summary>
    public SortedDictionary<string, long> Reasons { get; } = [];

    /// <summary>How many refusals did not say when to try again.</summary>
    public long RefusedWithoutAdvice { get; private set; }

    /// <summary>How many were never answered.</summary>
    public long Unanswered { get; private set; }

    /// <summary>Counts an operation.</summary>
    /// <param name="started">When it was to be started.</param>
    /// <param name="ended">When it was answered.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="reason">If it failed: why.</param>
    public void Count(long started, long ended, Outcome outcome, string reason = "")
    {
        if (outcome == Outcome.Done && ended >= _from && ended < _to)
            Done++;
        if (started < _from || started >= _to)
            return;
        switch (outcome)
        {
            case Outcome.Done:
                Latencies.Record(ended - started);
                CountIn((int)((started - _from) / Stopwatch.Frequency), ended - started);
                break;
            case Outcome.Failed:
                Failures++;
                Reasons[reason] = Reasons.GetValueOrDefault(reason) + 1;
                break;
            default:
                Refusals.Record(ended - started);
                RefusedWithoutAdvice += outcome == Outcome.RefusedWithoutAdvice ? 1 : 0;
                break;
        }
    }

    /// <summary>Counts operations that nobody waits for any longer.</summary>
    public void CountUnanswered(long operations) => Unanswered += operations;

    /// <summary>Adds what another has counted.</summary>
    public void Add(LoadTally other)
    {
        Latencies.Add(other.Latencies);
        Refusals.Add(other.Refusals);
        Done += other.Done;
        for (var second = 0; second < Longest.Length; second++)
        {
            Longest[second] = Math.Max(Longest[second], other.Longest[second]);
            Started[second] += other.Started[second];
        }
        Failures += other.Failures;
        foreach (var (reason, count) in other.Reasons)
            Reasons[reason] = Reasons.GetValueOrDefault(reason) + count;
        RefusedWithoutAdvice += other.RefusedWithoutAdvice;
        Unanswered += other.Unanswered;
    }

    private void CountIn(int second, long latency)
    {
        Started[second]++;
        Longest[second] = Math.Max(Longest[second], latency);
    }
}
