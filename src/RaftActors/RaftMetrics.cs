using System.Diagnostics.Metrics;

namespace RaftActors;

/// <summary>The measurements of all groups in the process: meter <c>RaftActors</c>.</summary>
internal static class RaftMetrics
{
    private static readonly Meter Meter = new("RaftActors");

    /// <summary>Messages between peers that were dropped, by group and reason.</summary>
    public static readonly Counter<long> DroppedMessages = Meter.CreateCounter<long>("raft.messages.dropped",
        "{message}", "Messages that a peer dropped because they made no sense or were meant for another.");

    /// <summary>How often a peer found that its store had been set back, by group.</summary>
    public static readonly Counter<long> StoresSetBack = Meter.CreateCounter<long>("raft.stores.set_back", "{store}",
        "Stores that were found to have lost what they had confirmed.");

    /// <summary>How many events and chunks of snapshots a pass over a store could not read, by group.</summary>
    public static readonly Counter<long> DamagedRecords = Meter.CreateCounter<long>("raft.stores.damaged_records",
        "{record}", "Events and chunks of snapshots that could not be read in a pass over the store.");
}
