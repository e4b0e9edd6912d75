namespace Akka.Persistence.Sql;

/// <summary>The statements that change a database, prepared once.</summary>
internal sealed class SqlWriteStatements(SqliteConnection connection)
{
    private const string SnapshotsWithin = "persistence_id = ?1 AND sequence_number BETWEEN ?2 AND ?3 AND created BETWEEN ?4 AND ?5";

    private readonly SqliteStatement _begin = connection.Prepare("BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = connection.Prepare("COMMIT");
    private readonly SqliteStatement _rollback = connection.Prepare("ROLLBACK");

    private readonly SqliteStatement _insertEvent = connection.Prepare("""
        INSERT INTO journal(created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
        VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7)
        """);

    private readonly SqliteStatement _lastOfStep = connection.Prepare("""
        SELECT max(sequence_number), count(*) FROM
          (SELECT sequence_number FROM journal WHERE persistence_id = ?1 AND sequence_number <= ?2 ORDER BY sequence_number LIMIT ?3)
        """);

    private readonly SqliteStatement _markDeleted = connection.Prepare("UPDATE journal SET deleted = 1 WHERE persistence_id = ?1 AND sequence_number = ?2");
    private readonly SqliteStatement _deleteEvents = connection.Prepare("DELETE FROM journal WHERE persistence_id = ?1 AND sequence_number < ?2");
    private readonly SqliteStatement _deleteTags = connection.Prepare("DELETE FROM tags WHERE persistence_id = ?1 AND sequence_nr <= ?2");

    private readonly SqliteStatement _saveSnapshot = connection.Prepare("""
        INSERT OR REPLACE INTO snapshot(persistence_id, sequence_number, created, snapshot, manifest, serializer_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """);

    private readonly SqliteStatement _deleteSnapshots = connection.Prepare($"""
        DELETE FROM snapshot WHERE rowid IN (SELECT rowid FROM snapshot WHERE {SnapshotsWithin} ORDER BY sequence_number LIMIT ?6)
        """);

    /// <summary>How many transactions were begun.</summary>
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
        catch (SqlException)
        {
            // Some errors have rolled the transaction back already; there is none then, and that is what is wanted.
        }
    }

    public void InsertEvent(string persistenceId, long sequenceNr, long created, in SqlPayload payload, string writer) => _insertEvent
        .Bind(1, created)
        .Bind(2, persistenceId)
        .Bind(3, sequenceNr)
        .Bind(4, payload.Bytes)
        .Bind(5, payload.Manifest)
        .Bind(6, payload.SerializerId)
        .Bind(7, writer)
        .Run();

    /// <summary>The highest of the deleted rows stays, marked: it keeps the highest sequence number when there is no other row.</summary>
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

    public void SaveSnapshot(string persistenceId, long sequenceNr, long created, in SqlPayload payload) => _saveSnapshot
        .Bind(1, persistenceId)
        .Bind(2, sequenceNr)
        .Bind(3, created)
        .Bind(4, payload.Bytes)
        .Bind(5, payload.Manifest)
        .Bind(6, payload.SerializerId)
        .Run();

    public bool DeleteSnapshots(string persistenceId, in SqlSnapshotBounds bounds, int step)
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
