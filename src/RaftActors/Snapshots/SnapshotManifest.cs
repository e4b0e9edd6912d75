using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors.Snapshots;

/// <summary>
/// What the snapshot store holds under a peer's persistence id: everything that recovery needs beside the chunks and
/// the events after the manifest's own sequence number. It is saved when all chunks are, and so is what makes them a
/// snapshot.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="StoreId">The identity of its store.</param>
/// <param name="HardState">
/// The durable hard state when the manifest was saved: never older than that of the events that it replaces.
/// </param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Slot">Where its chunks are; see <see cref="ChunkStore"/>.</param>
/// <param name="Previous">The snapshot that is kept beside it; <c>null</c> for the first.</param>
internal sealed record SnapshotManifest(string Group, string MemberId, string StoreId, HardState HardState,
    Snapshot Snapshot, int Slot, KeptSnapshot? Previous) : IRaftMessage
{
    /// <summary>The format that this version writes, and the newest it reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format that it has.</summary>
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>
    /// The state is that of a leader, or goes on from it: what was found up to this entry
    /// (<see cref="HardState.DiffersAt"/>) does not hold for it.
    /// </summary>
    public long RebuiltAt { get; init; }

    /// <summary>The stores that the peer knew.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];
}

/// <summary>A snapshot in the store, with its manifest.</summary>
/// <param name="SequenceNr">
/// The sequence number of its manifest: the journal's event up to which nothing else is needed.
/// </param>
/// <param name="Manifest">The manifest.</param>
internal sealed record StoredSnapshot(long SequenceNr, SnapshotManifest Manifest);

/// <summary>A snapshot in the store.</summary>
/// <param name="SequenceNr">The sequence number of its manifest: it replaces the journal's events up to there.</param>
/// <param name="Slot">Where its chunks are.</param>
internal sealed record KeptSnapshot(long SequenceNr, int Slot);

/// <summary>A part of a snapshot's bytes, as the snapshot store holds it.</summary>
/// <param name="Data">The bytes.</param>
internal sealed record SnapshotChunk(ReadOnlyMemory<byte> Data) : IRaftMessage;
