namespace RaftActors.Metrics;

/// <summary>How a query is answered: the tag <c>kind</c> of <c>raft.reads</c>.</summary>
internal enum ReadKind
{
    /// <summary>By the leader, after a round of heartbeats.</summary>
    ReadIndex,

    /// <summary>By the leader, because of its lease.</summary>
    Lease,

    /// <summary>By a peer that does not lead, which asks the leader for an index.</summary>
    Forwarded,

    /// <summary>At once, from whatever the peer has applied.</summary>
    Stale,
}
