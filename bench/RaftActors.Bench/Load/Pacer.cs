using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RaftActors.Bench;

/// <summary>Starts operations at a rate, whatever becomes of them, on a thread of its own.</summary>
/// <remarks>
/// When an operation is to be started follows from its number alone, so a pacer that comes late starts all that are due
/// at once and loses none. It sleeps at least 50 us, which with the system's timer is about 0.1 ms: operations are late
/// by that much at most, and are counted as late.
/// </remarks>
internal sealed class Pacer
{
    private static readonly long ShortestSleep = Stopwatch.Frequency / 20_000;

    private readonly long _start;
    private readonly long _end;
    private readonly double _ticks;

    /// <summary>Makes a pacer.</summary>
    /// <param name="rate">Operations a second.</param>
    /// <param name="start">When the first is to be started, in stopwatch ticks.</param>
    /// <param name="end">From when on none is.</param>
    public Pacer(double rate, long start, long end)
    {
        _start = start;
        _end = end;
        _ticks = Stopwatch.Frequency / rate;
    }

    /// <summary>When an operation is to be started.</summary>
    public long DueAt(long operation) => _start + (long)(operation * _ticks);

    /// <summary>Starts the thread.</summary>
    /// <param name="send">Starts an operation. Called one after the other.</param>
    /// <param name="ended">Called with how many were started, after the last.</param>
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

    // A thread of .NET sleeps whole milliseconds.
    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int NanoSleep(in TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
