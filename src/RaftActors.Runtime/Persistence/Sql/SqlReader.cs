namespace Akka.Persistence.Sql;

/// <summary>An event as it lies in the journal.</summary>
internal readonly record struct SqlEvent(long SequenceNr, long Created, SqlPayload Payload, string WriterUuid);

/// <summary>A snapshot as it lies in its table.</summary>
internal readonly record struct SqlSnapshot(long SequenceNr, long Created, SqlPayload Payload);

/// <summary>The statements that read, on a connection of their own: readers and the writer do not wait for each other.</summary>
internal sealed class SqlReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _highest;
    private readonly SqliteStatement _events;
    private readonly SqliteStatement _snapshot;

    public SqlReader(SqliteConnection connection)
    {
        _connection = connection;
        connection.Execute("PRAGMA query_only=1");
        _highest = connection.Prepare("SELECT max(sequence_number) FROM journal WHERE persistence_id = ?1");
        _events = connection.Prepare("""
            SELECT sequence_number, created, message, identifier, manifest, writer_uuid FROM journal
            WHERE persistence_id = ?1 AND sequence_number BETWEEN ?2 AND ?3 AND deleted = 0 ORDER BY sequence_number LIMIT ?4
            """);
        _snapshot = connection.Prepare("""
            SELECT sequence_number, created, snapshot, serializer_id, manifest FROM snapshot
            WHERE persistence_id = ?1 AND sequence_number BETWEEN ?2 AND ?3 AND created BETWEEN ?4 AND ?5 ORDER BY sequence_number DESC LIMIT 1
            """);
    }

    /// <summary>Deleted events count; 0 if there never was one.</summary>
    public long HighestSequenceNr(string persistenceId)
    {
        _highest.Bind(1, persistenceId).Step();
        var highest = _highest.OptionalNumber(0) ?? 0;
        _highest.Reset();
        return highest;
    }

    /// <summary>At most <paramref name="limit"/> events within the bounds, which include their ends; fewer only if there are no more.</summary>
    public void ReadEvents(string persistenceId, long from, long to, int limit, List<SqlEvent> events)
    {
        _events.Bind(1, persistenceId).Bind(2, from).Bind(3, to).Bind(4, limit);
        while (_events.Step())
        {
            var sequenceNr = _events.Number(0);
            var payload = Payload(_events, 2, persistenceId, sequenceNr);
            events.Add(new SqlEvent(sequenceNr, _events.Number(1), payload, _events.Text(5) ?? ""));
        }
    }

    /// <summary>The latest within the bounds.</summary>
    public SqlSnapshot? ReadSnapshot(string persistenceId, in SqlSnapshotBounds bounds)
    {
        _snapshot.Bind(1, persistenceId).Bind(2, bounds.MinSequenceNr).Bind(3, bounds.MaxSequenceNr).Bind(4, bounds.MinCreated).Bind(5, bounds.MaxCreated);
        if (!_snapshot.Step())
            return null;
        var sequenceNr = _snapshot.Number(0);
        var snapshot = new SqlSnapshot(sequenceNr, _snapshot.Number(1), Payload(_snapshot, 2, persistenceId, sequenceNr));
        _snapshot.Reset();
        return snapshot;
    }

    public void Dispose() => _connection.Dispose();

    private SqlPayload Payload(SqliteStatement row, int column, string persistenceId, long sequenceNr)
    {
        if (row.OptionalNumber(column + 1) is not { } serializer)
            throw new SqlException($"The row {sequenceNr} of {persistenceId} in {_connection.Path} does not say which serializer wrote it");
        return new SqlPayload(row.Bytes(column), (int)serializer, row.Text(column + 2) ?? "");
    }
}
