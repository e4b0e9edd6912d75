namespace RaftActors.Client;

/// <summary>
/// Asks a peer to take a snapshot of its state machine now, and to drop the entries that the snapshot covers from its
/// log. The answer is <see cref="SnapshotTaken"/> once the snapshot is durable, or <see cref="SnapshotFailed"/>. Other
/// peers are not affected.
/// </summary>
public sealed record TakeSnapshot
{
    /// <summary>The only instance.</summary>
    public static readonly TakeSnapshot Instance = new();
}

/// <summary>The latest snapshot of a peer.</summary>
/// <param name="Index">The last entry that the snapshot includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">The size of the snapshot in bytes.</param>
public sealed record SnapshotTaken(long Index, long Term, long Bytes);

/// <summary>No snapshot was taken.</summary>
/// <param name="Reason">Why not, in a sentence.</param>
public sealed record SnapshotFailed(string Reason);
