using RaftActors.Inspection;
using RaftActors.Snapshots;

namespace RaftActors.Metrics;

/// <summary>
/// What the gauges read of a peer. They read it from another thread than the peer's. So everything here is a number or
/// a reference that is read at once: it is of this moment, or of the one before.
/// </summary>
internal interface IMeasuredPeer
{
    /// <summary>The time. Any thread may ask.</summary>
    TimeSpan Now { get; }

    /// <summary>The state of the peer in memory.</summary>
    PeerState Inspect();

    /// <summary>The proposals that the peer, as a leader, has not answered yet, and their bytes.</summary>
    (int Count, long Bytes) PendingProposals { get; }

    /// <summary>The open client sessions.</summary>
    int OpenSessions { get; }

    /// <summary>How many subscribers the peer has.</summary>
    int Subscribers { get; }

    /// <summary>The latest snapshot in the peer's store; <c>null</c> if there is none.</summary>
    Snapshot? LatestSnapshot { get; }
}
