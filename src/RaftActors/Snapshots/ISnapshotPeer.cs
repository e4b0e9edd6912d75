namespace RaftActors.Snapshots;

/// <summary>How far the log and the state of a peer are.</summary>
internal interface IReplica : IPeer
{
    /// <summary>The last entry of the log that is durable.</summary>
    long PersistedIndex { get; }

    /// <summary>The last entry that the state machine has applied.</summary>
    long AppliedIndex { get; }

    /// <summary>Why nothing of the state may be given away; <c>null</c> when it may.</summary>
    string? WhySetAside { get; }
}

/// <summary>What <see cref="SnapshotManager"/> asks of its peer: each of its parts asks a little.</summary>
internal interface ISnapshotPeer : IPeerStore, ITakingPeer, IInstallingPeer, ICompactingPeer;
