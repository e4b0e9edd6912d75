namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>The statements that change a database, prepared once.</summary>
internal sealed class WriteStatements(SqliteConnection connection)
{
    private readonly SqliteStatement _begin = connection.Prepare("BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = connection.Prepare("COMMIT");
    private readonly SqliteStatement _rollback = connection.Prepare("ROLLBACK");

    private readonly SqliteStatement _insertEvent = connection.Prepare("""
        INSERT INTO journal(
          created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
        VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7)
        """);

    private readonly SqliteStatement _insertTag = connection.Prepare("""
        INSERT INTO tags(ordering_id, tag, sequence_nr, persistence_id) VALUES (?1, ?2, ?3, ?4)
        """);

    private readonly SqliteStatement _lastOfStep = connection.Prepare("""
        SELECT max(sequence_number), count(*) FROM
          (SELECT sequence_number FROM journal
           WHERE persistence_id = ?1 AND sequence_number <= ?2 ORDER BY sequence_number LIMIT ?3)
        """);

    private readonly SqliteStatement _markDeleted = connection.Prepare("""
        UPDATE journal SET deleted = 1 WHERE persistence_id = ?1 AND sequence_number = ?2
        """);

    private readonly SqliteStatement _deleteEvents = connection.Prepare("""
        DELETE FROM journal WHERE persistence_id = ?1 AND sequence_number < ?2
        """);

    private readonly SqliteStatement _deleteTags = connection.Prepare("""
        DELETE FROM tags WHERE persistence_id = ?1 AND sequence_nr <= ?2
        """);

    private readonly SqliteStatement _saveSnapshot = connection.Prepare("""
        INSERT OR REPLACE INTO snapshot(persistence_id, sequence_number, created, snapshot, manifest, serializer_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """);

    private readonly SqliteStatement _deleteSnapshots = connection.Prepare("""
        DELETE FROM snapshot WHERE rowid IN
          (SELECT rowid FROM snapshot
           WHERE persistence_id = ?1 AND sequence_number BETWEEN ?2 AND ?3 AND created BETWEEN ?4 AND ?5
           ORDER BY sequence_number LIMIT ?6)
        """);

    /// <summary>The connection of the statements.</summary>
    public SqliteConnection Connection => connection;

    /// <summary>The number of transactions begun.</summary>
    public long Transactions { get; private set; }

    public void Begin()
    {
        Transactions++;
        _begin.Run();
    }

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        try
        {
            _rollback.Run();
        }
        catch (SqliteDatabaseException)
        {
            // Some errors have already rolled the transaction back. Then there is nothing to do.
        }
    }

    public void InsertEvent(in NewEvent e, long created)
    {
        _insertEvent
            .Bind(1, created)
            .Bind(2, e.PersistenceId)
            .Bind(3, e.SequenceNr)
            .Bind(4, e.Payload.Bytes)
            .Bind(5, e.Payload.Manifest)
            .Bind(6, e.Payload.SerializerId)
            .Bind(7, e.Writer)
            .Run();
        if (e.Tags is not { Count: > 0 } tags)
            return;
        var ordering = connection.LastRowId;
        foreach (var tag in tags)
            _insertTag.Bind(1, ordering).Bind(2, tag).Bind(3, e.SequenceNr).Bind(4, e.PersistenceId).Run();
    }

    /// <summary>
    /// Deletes some events. The highest deleted row stays and is marked as deleted, because it keeps the highest
    /// sequence number when no other row is left.
    /// </summary>
    /// <param name="persistenceId">The persistence id of the events.</param>
    /// <param name="toSequenceNr">The sequence number of the last event to delete.</param>
    /// <param name="step">The greatest number of rows to delete.</param>
    /// <returns>Whether there is nothing left to delete.</returns>
    public bool DeleteEvents(string persistenceId, long toSequenceNr, int step)
    {
        _lastOfStep.Bind(1, persistenceId).Bind(2, toSequenceNr).Bind(3, step).Step();
        var last = _lastOfStep.OptionalNumber(0);
        var count = _lastOfStep.Number(1);
        _lastOfStep.Reset();
        if (last is not { } highest)
            return true;
        _markDeleted.Bind(1, persistenceId).Bind(2, highest).Run();
        _deleteEvents.Bind(1, persistenceId).Bind(2, highest).Run();
        _deleteTags.Bind(1, persistenceId).Bind(2, highest).Run();
        return count < step;
    }

    public void SaveSnapshot(string persistenceId, long sequenceNr, long created, in SerializedPayload payload) =>
        _saveSnapshot
            .Bind(1, persistenceId)
            .Bind(2, sequenceNr)
            .Bind(3, created)
            .Bind(4, payload.Bytes)
            .Bind(5, payload.Manifest)
            .Bind(6, payload.SerializerId)
            .Run();

    /// <summary>Deletes some snapshots, the oldest first.</summary>
    /// <param name="persistenceId">The persistence id of the snapshots.</param>
    /// <param name="bounds">The bounds of the snapshots to delete.</param>
    /// <param name="step">The greatest number of snapshots to delete.</param>
    /// <returns>Whether there is nothing left to delete.</returns>
    public bool DeleteSnapshots(string persistenceId, in SnapshotBounds bounds, int step)
    {
        _deleteSnapshots
            .Bind(1, persistenceId)
            .Bind(2, bounds.MinSequenceNr)
            .Bind(3, bounds.MaxSequenceNr)
            .Bind(4, bounds.MinCreated)
            .Bind(5, bounds.MaxCreated)
            .Bind(6, step)
            .Run();
        return connection.Changes < step;
    }
}
