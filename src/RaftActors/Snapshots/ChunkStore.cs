using Akka.Actor;
using Akka.Persistence;
using RaftActors.Protocol;
using RaftActors.Storage;

namespace RaftActors.Snapshots;

/// <summary>
/// The place of a snapshot's chunks. They are in the snapshot store under a persistence id of their own; the number of
/// a chunk is its sequence number.
/// </summary>
/// <remarks>
/// There is a fixed number of such places, the slots, which are used in turn. So the next start finds and deletes
/// whatever a crash has left in them, and needs no list of snapshots that were begun.
/// </remarks>
/// <param name="Store">The snapshot store.</param>
/// <param name="PeerId">The peer's persistence id.</param>
/// <param name="Slot">The number of the slot.</param>
/// <param name="Clock">The clock whose time is stored with the chunks.</param>
internal sealed record ChunkStore(IActorRef Store, string PeerId, int Slot, TimeProvider Clock)
{
    /// <summary>
    /// The number of slots. They hold two snapshots that are kept, one that is being made, and those that are still
    /// being sent to followers.
    /// </summary>
    public const int Slots = 8;

    private string PersistenceId => PersistenceIds.OfChunks(PeerId, Slot);

    /// <summary>
    /// Asks for a chunk. The answer is <see cref="LoadSnapshotResult"/> or <see cref="LoadSnapshotFailed"/>.
    /// </summary>
    public void Load(int chunk, IActorRef asker) =>
        Store.Tell(new LoadSnapshot(PersistenceId, new SnapshotSelectionCriteria(chunk), chunk), asker);

    /// <summary>Asks for the chunk with the highest number.</summary>
    public void LoadLast(IActorRef asker) =>
        Store.Tell(new LoadSnapshot(PersistenceId, SnapshotSelectionCriteria.Latest, long.MaxValue), asker);

    /// <summary>
    /// Saves a chunk. The answer is <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/>.
    /// </summary>
    public void Save(int chunk, ReadOnlyMemory<byte> data, IActorRef asker) =>
        Store.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, chunk, Clock.GetUtcNow().UtcDateTime),
            new SnapshotChunk(data)), asker);

    /// <summary>
    /// Deletes the chunks up to a number. The answer is <see cref="DeleteSnapshotsSuccess"/> or
    /// <see cref="DeleteSnapshotsFailure"/>.
    /// </summary>
    public void DeleteUpTo(long chunk, IActorRef asker) =>
        Store.Tell(new DeleteSnapshots(PersistenceId, new SnapshotSelectionCriteria(chunk)), asker);

    /// <summary>
    /// Why an answer to <see cref="Load"/> has no chunk, as the end of a sentence. Empty if nothing more is known.
    /// </summary>
    public static string Problem(object? snapshot) =>
        snapshot is MalformedMessage malformed ? $": {malformed.Problem}" : "";

    /// <summary>The chunk in an answer to <see cref="Load"/>; <c>null</c> if it is missing or is not a chunk.</summary>
    public static SnapshotChunk? Read(LoadSnapshotResult result, int chunk) =>
        result.Snapshot is { } found && found.Metadata.SequenceNr == chunk ? found.Snapshot as SnapshotChunk : null;
}
