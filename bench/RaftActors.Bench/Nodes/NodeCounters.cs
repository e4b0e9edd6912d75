using System.Diagnostics;

namespace RaftActors.Bench;

/// <summary>What a process has used since it started, as the process itself says.</summary>
/// <param name="Seconds">The time of the reading. Only differences of it have a meaning.</param>
/// <param name="ProcessorSeconds">The processor time of all threads, in user code and the kernel.</param>
/// <param name="AllocatedBytes">The managed memory that was allocated, whether or not it was collected.</param>
/// <param name="PauseSeconds">How long garbage collections have stopped all threads.</param>
/// <param name="Gen0">The number of garbage collections.</param>
/// <param name="Gen2">The number of full garbage collections.</param>
/// <param name="ResidentBytes">The resident memory.</param>
/// <param name="PeakResidentBytes">
/// The most resident memory since the process was told to forget its peak. On a system that cannot forget it, since the
/// process started.
/// </param>
internal sealed record NodeCounters(
    double Seconds, double ProcessorSeconds, long AllocatedBytes, double PauseSeconds, int Gen0, int Gen2,
    long ResidentBytes, long PeakResidentBytes)
{
    private const string ClearReferences = "/proc/self/clear_refs";

    /// <summary>Reads the counters of this process.</summary>
    /// <param name="forgetPeak">Whether the peak of the resident memory starts anew.</param>
    public static NodeCounters Now(bool forgetPeak)
    {
        // Linux forgets the peak when 5 is written to this file: proc(5).
        if (forgetPeak && File.Exists(ClearReferences))
            File.WriteAllText(ClearReferences, "5");
        using var process = Process.GetCurrentProcess();
        return new NodeCounters(
            Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, process.TotalProcessorTime.TotalSeconds,
            GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration().TotalSeconds,
            GC.CollectionCount(0), GC.CollectionCount(2), process.WorkingSet64, process.PeakWorkingSet64);
    }
}
