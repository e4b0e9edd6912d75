namespace RaftActors.Client;

/// <summary>
/// Asks a peer to take a snapshot of its state machine now, and to drop what it covers from its log. Answered by <see cref="SnapshotTaken"/> once it is durable, or by
/// <see cref="SnapshotFailed"/>. Other peers are not affected.
/// </summary>
public sealed record TakeSnapshot
{
    /// <summary>The only instance.</summary>
    public static readonly TakeSnapshot Instance = new();
}

/// <summary>The latest snapshot of a peer.</summary>
/// <param name="Index">The last entry that it includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">How large it is.</param>
public sealed record SnapshotTaken(long Index, long Term, long Bytes);

/// <summary>There is no new snapshot.</summary>
/// <param name="Reason">What is wrong, in a sentence.</param>
public sealed record SnapshotFailed(string Reason);
