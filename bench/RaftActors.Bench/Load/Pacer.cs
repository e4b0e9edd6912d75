using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RaftActors.Bench;

/// <summary>Starts operations at a rate, whatever their outcomes, on a thread of its own.</summary>
/// <remarks>
/// The number of an operation alone decides when the operation is due. So a pacer that is late starts all due
/// operations at once and loses none. The pacer sleeps at least 50 us, which with the system's timer is about 0.1 ms.
/// Operations are late by at most that much, and are counted as late.
/// </remarks>
internal sealed class Pacer
{
    private static readonly long ShortestSleep = Stopwatch.Frequency / 20_000;

    private readonly long _start;
    private readonly long _end;
    private readonly double _ticks;

    /// <summary>Makes a pacer.</summary>
    /// <param name="rate">The operations to start in a second.</param>
    /// <param name="start">When the first operation is due, in stopwatch ticks.</param>
    /// <param name="end">From when on no operation is due, in stopwatch ticks.</param>
    public Pacer(double rate, long start, long end)
    {
        _start = start;
        _end = end;
        _ticks = Stopwatch.Frequency / rate;
    }

    /// <summary>When an operation is due.</summary>
    public long DueAt(long operation) => _start + (long)(operation * _ticks);

    /// <summary>Starts the thread.</summary>
    /// <param name="send">Starts an operation. One call at a time.</param>
    /// <param name="ended">Called after the last operation, with the number of operations started.</param>
    public void Start(Action<long> send, Action<long> ended) =>
        new Thread(() => Run(send, ended)) { IsBackground = true, Name = "pacer" }.Start();

    private void Run(Action<long> send, Action<long> ended)
    {
        var operation = 0L;
        for (long due; (due = DueAt(operation)) < _end;)
        {
            var early = due - Stopwatch.GetTimestamp();
            if (early > 0)
                Sleep(Math.Max(early, ShortestSleep));
            else
                send(operation++);
        }
        ended(operation);
    }

    private static void Sleep(long ticks)
    {
        var nanoseconds = (long)(ticks * (1e9 / Stopwatch.Frequency));
        if (OperatingSystem.IsWindows())
            Thread.Sleep(1);
        else
            _ = NanoSleep(new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000),
                Nanoseconds = (nint)(nanoseconds % 1_000_000_000) }, 0);
    }

    // A thread of .NET sleeps whole milliseconds only.
    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int NanoSleep(in TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
