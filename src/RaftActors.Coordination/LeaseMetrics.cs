using System.Diagnostics.Metrics;

namespace RaftActors.Coordination;

/// <summary>
/// The measurements of leases: meter <c>RaftActors</c>, each with the tag <c>group</c>. What a replica
/// counts is of the whole group, as the replica applies the commands; the rest is of this process.
/// </summary>
internal static class LeaseMetrics
{
    private static readonly Meter Meter = new(Raft.MeterName);

    /// <summary>Leases that are held, as a replica on this node knows.</summary>
    public static readonly UpDownCounter<long> Held = Meter.CreateUpDownCounter<long>(
        "raft.leases.held", "{lease}", "Leases that somebody holds, as this node's replica knows.");

    /// <summary>Leases that were granted with a new token.</summary>
    public static readonly Counter<long> Granted = Meter.CreateCounter<long>(
        "raft.leases.granted", "{lease}", "Leases that were granted with a new token.");

    /// <summary>Requests for a lease that another holds, or that was lost.</summary>
    public static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "raft.leases.refused", "{request}", "Requests that were refused: another holds the lease, or it was lost.");

    /// <summary>Leases that ended because their holders were silent.</summary>
    public static readonly Counter<long> Expired = Meter.CreateCounter<long>(
        "raft.leases.expired", "{lease}", "Leases that ended because nothing was heard of their holders.");

    /// <summary>Leases that were given back, or taken away by an operator.</summary>
    public static readonly Counter<long> Released = Meter.CreateCounter<long>(
        "raft.leases.released", "{lease}", "Leases that were given back, or taken away by an operator.");

    /// <summary>Signs of life of processes, and renewals of single leases.</summary>
    public static readonly Counter<long> Heartbeats = Meter.CreateCounter<long>(
        "raft.leases.heartbeats", "{heartbeat}", "Signs of life of processes, and renewals of single leases.");

    /// <summary>Leases that this process holds.</summary>
    public static readonly UpDownCounter<long> Own = Meter.CreateUpDownCounter<long>(
        "raft.leases.own", "{lease}", "Leases that this process holds.");

    /// <summary>Leases that this process has lost.</summary>
    public static readonly Counter<long> Lost = Meter.CreateCounter<long>(
        "raft.leases.lost", "{lease}", "Leases that this process has lost.");
}
