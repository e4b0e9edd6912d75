using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors.Snapshots;

/// <summary>
/// The content of a peer's snapshot store under the peer's persistence id: everything that a recovery needs besides the
/// chunks, and the events after the manifest's own sequence number. The manifest is saved after all chunks. It makes
/// them a snapshot.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer's member id.</param>
/// <param name="StoreId">The identity of the peer's store.</param>
/// <param name="HardState">
/// The hard state that was durable when the manifest was saved. It is never older than the hard state in the events
/// that the manifest replaces.
/// </param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Slot">The slot of the chunks: see <see cref="ChunkStore"/>.</param>
/// <param name="Previous">The snapshot before this one, which is kept too; <c>null</c> for the first snapshot.</param>
internal sealed record SnapshotManifest(string Group, string MemberId, string StoreId, HardState HardState,
    Snapshot Snapshot, int Slot, KeptSnapshot? Previous) : IRaftMessage
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format of this manifest.</summary>
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>
    /// The index of the last difference (<see cref="HardState.DiffersAt"/>) that does not hold for this state, because
    /// the state comes from a leader's snapshot or goes on from one.
    /// </summary>
    public long RebuiltAt { get; init; }

    /// <summary>The stores that the peer knew.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];
}

/// <summary>A snapshot in the store, with its manifest.</summary>
/// <param name="SequenceNr">
/// The sequence number of the manifest. The snapshot replaces the events of the journal up to this number.
/// </param>
/// <param name="Manifest">The manifest.</param>
internal sealed record StoredSnapshot(long SequenceNr, SnapshotManifest Manifest);

/// <summary>A snapshot in the store.</summary>
/// <param name="SequenceNr">
/// The sequence number of the manifest. The snapshot replaces the events of the journal up to this number.
/// </param>
/// <param name="Slot">The slot of the chunks.</param>
internal sealed record KeptSnapshot(long SequenceNr, int Slot);

/// <summary>A part of a snapshot's bytes, as the snapshot store holds it.</summary>
/// <param name="Data">The bytes.</param>
internal sealed record SnapshotChunk(ReadOnlyMemory<byte> Data) : IRaftMessage;
