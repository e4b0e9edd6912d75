using System.Diagnostics;
using System.Numerics;

namespace RaftNode.Host.Commands.Load;

/// <summary>
/// Counts latencies in buckets of about 1.6 percent each, so that any number of latencies takes the same memory.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Precision = 6;
    private const int Steps = 1 << Precision;

    private readonly long[] _counts = new long[(64 - Precision) * Steps];

    /// <summary>The number of latencies recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest latency in milliseconds.</summary>
    public double MaxMilliseconds { get; private set; }

    /// <summary>Records a latency in stopwatch ticks.</summary>
    public void Record(long ticks)
    {
        _counts[Bucket((ulong)Math.Max(0, ticks))]++;
        Count++;
        MaxMilliseconds = Math.Max(MaxMilliseconds, Milliseconds(ticks));
    }

    /// <summary>Adds the latencies of another histogram.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        MaxMilliseconds = Math.Max(MaxMilliseconds, other.MaxMilliseconds);
    }

    /// <summary>The latency in milliseconds that a share of the recorded latencies do not exceed.</summary>
    public double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            rank -= _counts[bucket];
            if (rank <= 0 && _counts[bucket] > 0)
                return Math.Min(MaxMilliseconds, Milliseconds((long)Upper(bucket)));
        }
        return 0;
    }

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    private static int Bucket(ulong ticks)
    {
        if (ticks < Steps)
            return (int)ticks;
        var shift = BitOperations.Log2(ticks) - Precision;
        return ((shift + 1) * Steps) + (int)((ticks >> shift) - Steps);
    }

    private static ulong Upper(int bucket)
    {
        if (bucket < Steps)
            return (ulong)bucket;
        var shift = (bucket / Steps) - 1;
        return ((ulong)((bucket % Steps) + Steps + 1) << shift) - 1;
    }
}
