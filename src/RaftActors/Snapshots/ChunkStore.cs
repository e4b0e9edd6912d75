using Akka.Actor;
using Akka.Persistence;
using RaftActors.Protocol;
using RaftActors.Storage;

namespace RaftActors.Snapshots;

/// <summary>
/// Where the chunks of a snapshot are: in the snapshot store, under a persistence id of their own, the chunk's number
/// being its sequence number.
/// </summary>
/// <remarks>
/// There is a fixed number of such places, the slots, used in turn: so whatever a crash leaves behind is found and
/// deleted at the next start, without a list of what was begun.
/// </remarks>
/// <param name="Store">The snapshot store.</param>
/// <param name="PeerId">The peer's persistence id.</param>
/// <param name="Slot">Which place.</param>
/// <param name="Clock">The clock that chunks are stamped with.</param>
internal sealed record ChunkStore(IActorRef Store, string PeerId, int Slot, TimeProvider Clock)
{
    /// <summary>
    /// How many slots there are: two snapshots that are kept, one that is made, and those that are still sent to
    /// followers.
    /// </summary>
    public const int Slots = 8;

    private string PersistenceId => PersistenceIds.OfChunks(PeerId, Slot);

    /// <summary>
    /// Asks for a chunk; answered by <see cref="LoadSnapshotResult"/> or <see cref="LoadSnapshotFailed"/>.
    /// </summary>
    public void Load(int chunk, IActorRef asker) =>
        Store.Tell(new LoadSnapshot(PersistenceId, new SnapshotSelectionCriteria(chunk), chunk), asker);

    /// <summary>Asks for the chunk with the highest number.</summary>
    public void LoadLast(IActorRef asker) =>
        Store.Tell(new LoadSnapshot(PersistenceId, SnapshotSelectionCriteria.Latest, long.MaxValue), asker);

    /// <summary>
    /// Saves a chunk; answered by <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/>.
    /// </summary>
    public void Save(int chunk, ReadOnlyMemory<byte> data, IActorRef asker) =>
        Store.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, chunk, Clock.GetUtcNow().UtcDateTime),
            new SnapshotChunk(data)), asker);

    /// <summary>
    /// Deletes the chunks up to a number; answered by <see cref="DeleteSnapshotsSuccess"/> or
    /// <see cref="DeleteSnapshotsFailure"/>.
    /// </summary>
    public void DeleteUpTo(long chunk, IActorRef asker) =>
        Store.Tell(new DeleteSnapshots(PersistenceId, new SnapshotSelectionCriteria(chunk)), asker);

    /// <summary>
    /// Why there is no chunk in an answer to <see cref="Load"/>, as the end of a sentence; empty when no more is known
    /// than that there is none.
    /// </summary>
    public static string Problem(object? snapshot) =>
        snapshot is MalformedMessage malformed ? $": {malformed.Problem}" : "";

    /// <summary>The chunk in an answer to <see cref="Load"/>, or <c>null</c> when it is missing or no chunk.</summary>
    public static SnapshotChunk? Read(LoadSnapshotResult result, int chunk) =>
        result.Snapshot is { } found && found.Metadata.SequenceNr == chunk ? found.Snapshot as SnapshotChunk : null;
}
