namespace RaftActors.Snapshots;

/// <summary>How far the log and the state of a peer have come.</summary>
internal interface IReplica : IPeer
{
    /// <summary>The index of the last entry in the log that is durable.</summary>
    long PersistedIndex { get; }

    /// <summary>The index of the last entry that the state machine has applied.</summary>
    long AppliedIndex { get; }

    /// <summary>Why the state must not be given to anyone; <c>null</c> if it may be.</summary>
    string? WhySetAside { get; }
}

/// <summary>What <see cref="SnapshotManager"/> and its parts need from their peer.</summary>
internal interface ISnapshotPeer : IPeerStore, ITakingPeer, IInstallingPeer, ICompactingPeer;
