using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Snapshots;

/// <summary>Saves a snapshot. The snapshot replaces an earlier one with the same sequence number.</summary>
internal sealed class SaveSnapshotWork(
    string persistenceId, long sequenceNr, long created, SerializedPayload payload, Action<Exception?> finished)
        : DatabaseWork
{
    public override int Size => payload.Bytes.Length;

    public override bool Concerns(string id) => id == persistenceId;

    public override bool Execute(WriteStatements statements)
    {
        statements.SaveSnapshot(persistenceId, sequenceNr, created, payload);
        return true;
    }

    protected override void Finished(Exception? failure) => finished(failure);
}

/// <summary>Deletes the snapshots within bounds. The bounds are inclusive; times are in ticks.</summary>
internal sealed class DeleteSnapshotsWork(string persistenceId, SnapshotBounds bounds, Action<Exception?> finished)
    : DatabaseWork
{
    /// <summary>
    /// The number of snapshots that are deleted in one transaction. It is low, because snapshots may be large and
    /// deleting one visits each of its pages.
    /// </summary>
    private const int Step = 16;

    public override bool Concerns(string id) => id == persistenceId;

    public override bool Execute(WriteStatements statements) => statements.DeleteSnapshots(persistenceId, bounds, Step);

    protected override void Finished(Exception? failure) => finished(failure);
}
