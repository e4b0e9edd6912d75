using System.Diagnostics.Metrics;

namespace RaftActors;

/// <summary>The measurements of all groups in the process: meter <c>RaftActors</c>.</summary>
internal static class RaftMetrics
{
    private static readonly Meter Meter = new("RaftActors");

    /// <summary>Messages between peers that were dropped, by group and reason.</summary>
    public static readonly Counter<long> DroppedMessages = Meter.CreateCounter<long>("raft.messages.dropped",
        "{message}", "Messages that a peer dropped because they made no sense or were meant for another.");

    /// <summary>How often a timer of a peer was late by more than a heartbeat interval, by group.</summary>
    public static readonly Counter<long> LateTimers = Meter.CreateCounter<long>("raft.timers.late", "{timer}",
        "Timers of a peer that fired late by more than a heartbeat interval.");

    /// <summary>How often a peer found that its store had been set back, by group.</summary>
    public static readonly Counter<long> StoresSetBack = Meter.CreateCounter<long>("raft.stores.set_back", "{store}",
        "Stores that were found to have lost what they had confirmed.");

    /// <summary>How often a peer compared its replica with those of a majority, by group.</summary>
    public static readonly Counter<long> ReplicasCompared = Meter.CreateCounter<long>("raft.replicas.compared",
        "{comparison}", "Comparisons of a peer's own replica with those of a majority, after one entry each.");

    /// <summary>How often a peer found that its replica differs from those of a majority, by group.</summary>
    public static readonly Counter<long> ReplicasDiffering = Meter.CreateCounter<long>("raft.replicas.differing",
        "{replica}", "Replicas that were found to differ from those of a majority.");

    /// <summary>How often a replica that differed was built anew, by group.</summary>
    public static readonly Counter<long> ReplicasRebuilt = Meter.CreateCounter<long>("raft.replicas.rebuilt",
        "{replica}", "Replicas that differed and were built anew from a snapshot of the leader.");

    /// <summary>How many events and chunks of snapshots a pass over a store could not read, by group.</summary>
    public static readonly Counter<long> DamagedRecords = Meter.CreateCounter<long>("raft.stores.damaged_records",
        "{record}", "Events and chunks of snapshots that could not be read in a pass over the store.");
}
