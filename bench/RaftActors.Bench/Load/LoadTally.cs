using System.Diagnostics;
using RaftActors.Client;
using RaftNode.Host.Commands.Load;

namespace RaftActors.Bench;

/// <summary>The outcomes of an operation.</summary>
internal enum Outcome
{
    /// <summary>The operation was done.</summary>
    Done,

    /// <summary>The operation was refused because the node had too much to do.</summary>
    Refused,

    /// <summary>The operation was refused for that reason, and the answer does not say when to try again.</summary>
    RefusedWithoutAdvice,

    /// <summary>The operation was not done, or its outcome is unknown.</summary>
    Failed,
}

/// <summary>Counts the operations of a load.</summary>
/// <remarks>
/// An operation belongs to the measured time if it was due in it, and its latency is counted from when it was due. So
/// an operation that had to wait for slow ones before it counts the wait. The operations done in a second are counted
/// by when they were done.
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

    /// <summary>Makes a tally for a load that starts at a time.</summary>
    /// <param name="start">When the load starts, in stopwatch ticks.</param>
    /// <param name="order">The load.</param>
    public static LoadTally Of(long start, LoadOrder order)
    {
        var from = start + (long)(order.WarmUpSeconds * Stopwatch.Frequency);
        return new LoadTally(from, from + (long)(order.Seconds * Stopwatch.Frequency));
    }

    /// <summary>When the load ends, in stopwatch ticks.</summary>
    public long End => _to;

    /// <summary>The latencies of the operations that were done.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>
    /// For each second, the longest latency in stopwatch ticks of the operations that were due in that second and were
    /// done.
    /// </summary>
    public long[] Longest { get; }

    /// <summary>For each second, the number of these operations.</summary>
    public long[] Started { get; }

    /// <summary>The latencies of refusals.</summary>
    public LatencyHistogram Refusals { get; } = new();

    /// <summary>The number of operations done in the measured time.</summary>
    public long Done { get; private set; }

    /// <summary>The number of other failures.</summary>
    public long Failures { get; private set; }

    /// <summary>The other failures, by their answer.</summary>
    public SortedDictionary<string, long> Reasons { get; } = [];

    /// <summary>The number of refusals that did not say when to try again.</summary>
    public long RefusedWithoutAdvice { get; private set; }

    /// <summary>The number of operations that were never answered.</summary>
    public long Unanswered { get; private set; }

    /// <summary>Counts an operation.</summary>
    /// <param name="started">When the operation was due.</param>
    /// <param name="ended">When the operation was answered.</param>
    /// <param name="outcome">The outcome of the operation.</param>
    /// <param name="reason">If the operation failed, why.</param>
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

    /// <summary>The outcome of a command that was not applied, or may not be.</summary>
    public static Outcome OutcomeOf(ProposalFailed failed) =>
        failed.Reason == FailureReason.Overloaded ? Outcome.Refused : Outcome.Failed;

    /// <summary>Counts operations that are no longer waited for.</summary>
    public void CountUnanswered(long operations) => Unanswered += operations;

    /// <summary>Adds the counts of another tally.</summary>
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
