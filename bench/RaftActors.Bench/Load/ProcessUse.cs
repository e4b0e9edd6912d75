namespace RaftActors.Bench;

/// <summary>What a process used in the measured time of a run.</summary>
/// <param name="Name">The name of the process.</param>
/// <param name="Cores">Processor time divided by time: 1 is one core.</param>
/// <param name="AllocatedMegabytesPerSecond">The managed memory that the process allocated.</param>
/// <param name="PauseMilliseconds">How long garbage collections stopped the process.</param>
/// <param name="Gen0">The number of garbage collections.</param>
/// <param name="Gen2">The number of full garbage collections.</param>
/// <param name="ResidentMegabytes">The resident memory at the end.</param>
/// <param name="PeakMegabytes">The most resident memory in the measured time.</param>
internal sealed record ProcessUse(
    string Name, double Cores, double AllocatedMegabytesPerSecond, double PauseMilliseconds, int Gen0, int Gen2,
    double ResidentMegabytes, double PeakMegabytes)
{
    private const string LeaderMark = " (leader)";
    private const double Megabyte = 1024 * 1024;

    /// <summary>Whether the process is the leader's.</summary>
    public bool IsLeader => Name.EndsWith(LeaderMark, StringComparison.Ordinal);

    /// <summary>The name of a node's process.</summary>
    public static string NameOf(int node, bool leads) => $"node{node + 1}{(leads ? LeaderMark : "")}";

    /// <summary>The difference between two readings of the counters.</summary>
    public static ProcessUse Between(string name, NodeCounters before, NodeCounters after)
    {
        var seconds = after.Seconds - before.Seconds;
        return new ProcessUse(
            name, (after.ProcessorSeconds - before.ProcessorSeconds) / seconds,
            (after.AllocatedBytes - before.AllocatedBytes) / Megabyte / seconds,
            (after.PauseSeconds - before.PauseSeconds) * 1000, after.Gen0 - before.Gen0, after.Gen2 - before.Gen2,
            after.ResidentBytes / Megabyte, after.PeakResidentBytes / Megabyte);
    }
}
