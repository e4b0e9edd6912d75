using System.Diagnostics.Metrics;

namespace RaftActors;

/// <summary>The measurements of all groups in the process: meter <c>RaftActors</c>.</summary>
internal static class RaftMetrics
{
    private static readonly Meter Meter = new("RaftActors");

    /// <summary>Messages between peers that were dropped, by group and reason.</summary>
    public static readonly Counter<long> DroppedMessages = Meter.CreateCounter<long>("raft.messages.dropped", "{message}", "Messages that a peer dropped because they made no sense or were meant for another.");
}
