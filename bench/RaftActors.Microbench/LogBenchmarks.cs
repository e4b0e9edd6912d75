using BenchmarkDotNet.Attributes;
using RaftActors.Log;

namespace RaftActors.Microbench;

/// <summary>Measures the log in memory.</summary>
public class LogBenchmarks
{
    private const int Count = 10_000;

    private readonly LogEntry[] _entries = [.. Enumerable.Range(1, Count)
        .Select(i => new LogEntry(i, 1 + (i / 1000), EntryKind.Command, i, new Log.Payload(new byte[256], 0, "")))];
    private readonly RaftLog _log = new();

    /// <summary>Fills a log for reading.</summary>
    [GlobalSetup]
    public void Fill()
    {
        foreach (var entry in _entries)
            _log.Append(entry);
    }

    /// <summary>Appends entries to an empty log.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public long LogAppend()
    {
        var log = new RaftLog();
        foreach (var entry in _entries)
            log.Append(entry);
        return log.LastIndex;
    }

    /// <summary>Reads an entry and its term.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public long LogRead()
    {
        long sum = 0;
        for (long index = 1; index <= Count; index++)
            sum += _log[index].Time + _log.TermAt(index);
        return sum;
    }
}
