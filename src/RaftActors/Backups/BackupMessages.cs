using Akka.Actor;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>
/// Asks a peer for its state as of some entry or later; answered by <see cref="BackupStarted"/> or
/// <see cref="BackupRefused"/>.
/// </summary>
/// <param name="AtLeast">The index of an entry that has to be in it.</param>
internal sealed record StartBackup(long AtLeast) : INoSerializationVerificationNeeded;

/// <summary>
/// A snapshot is there, and stays until its reader is told <see cref="EndReading"/> or is asked nothing for long.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="TakenAt">When it was asked for, by the node's clock.</param>
/// <param name="Reader">The <see cref="SnapshotReader"/> to ask for chunks.</param>
internal sealed record BackupStarted(string Group, Snapshot Snapshot, DateTimeOffset TakenAt,
    IActorRef Reader) : INoSerializationVerificationNeeded;

/// <summary>There is no backup.</summary>
internal sealed record BackupRefused(string Reason) : INoSerializationVerificationNeeded;
