using Akka.Actor;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>
/// Asks a peer for its state as of an entry or later. The answer is <see cref="BackupStarted"/> or
/// <see cref="BackupRefused"/>.
/// </summary>
/// <param name="AtLeast">The index of an entry that the state must include.</param>
internal sealed record StartBackup(long AtLeast) : INoSerializationVerificationNeeded;

/// <summary>
/// A snapshot is ready. It stays until its reader gets <see cref="EndReading"/>, or gets no request for a while.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="TakenAt">When the backup was asked for, by the node's clock.</param>
/// <param name="Reader">The <see cref="SnapshotReader"/> that returns the chunks.</param>
internal sealed record BackupStarted(string Group, Snapshot Snapshot, DateTimeOffset TakenAt,
    IActorRef Reader) : INoSerializationVerificationNeeded;

/// <summary>The peer cannot make a backup.</summary>
internal sealed record BackupRefused(string Reason) : INoSerializationVerificationNeeded;
