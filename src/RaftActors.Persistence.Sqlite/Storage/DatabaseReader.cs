namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// The statements that read. They have a connection of their own, so readers and the writer do not wait for each other.
/// </summary>
internal sealed class DatabaseReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _highest;
    private readonly SqliteStatement _events;
    private readonly SqliteStatement _snapshot;

    public DatabaseReader(SqliteConnection connection)
    {
        _connection = connection;
        connection.Execute("PRAGMA query_only=1");
        _highest = connection.Prepare("SELECT max(sequence_number) FROM journal WHERE persistence_id = ?1");
        _events = connection.Prepare("""
            SELECT sequence_number, created, message, identifier, manifest, writer_uuid FROM journal
            WHERE persistence_id = ?1 AND sequence_number BETWEEN ?2 AND ?3 AND deleted = 0
            ORDER BY sequence_number LIMIT ?4
            """);
        _snapshot = connection.Prepare("""
            SELECT sequence_number, created, snapshot, serializer_id, manifest FROM snapshot
            WHERE persistence_id = ?1 AND sequence_number BETWEEN ?2 AND ?3 AND created BETWEEN ?4 AND ?5
            ORDER BY sequence_number DESC LIMIT 1
            """);
    }

    /// <summary>
    /// The highest sequence number of an actor's events, including deleted ones; 0 if there never was an event.
    /// </summary>
    public long HighestSequenceNr(string persistenceId)
    {
        _highest.Bind(1, persistenceId).Step();
        var highest = _highest.OptionalNumber(0) ?? 0;
        _highest.Reset();
        return highest;
    }

    /// <summary>Reads events within bounds. The bounds are inclusive.</summary>
    /// <param name="persistenceId">The persistence id of the events.</param>
    /// <param name="from">The first sequence number.</param>
    /// <param name="to">The last sequence number.</param>
    /// <param name="limit">The greatest number of events to read.</param>
    /// <param name="bytes">The number of bytes after which to stop. At least one event is read, however large.</param>
    /// <param name="events">The list to which the events are added.</param>
    /// <returns>Whether there may be more events within the bounds.</returns>
    public bool ReadEvents(string persistenceId, long from, long to, int limit, long bytes, List<StoredEvent> events)
    {
        _events.Bind(1, persistenceId).Bind(2, from).Bind(3, to).Bind(4, limit);
        var read = 0;
        var size = 0L;
        while (_events.Step())
        {
            var sequenceNr = _events.Number(0);
            var payload = Payload(_events, 2, persistenceId, sequenceNr);
            events.Add(new StoredEvent(sequenceNr, _events.Number(1), payload, _events.Text(5) ?? ""));
            read++;
            size += payload.Bytes.Length;
            if (size < bytes)
                continue;
            _events.Reset();
            return true;
        }
        return read == limit;
    }

    /// <summary>Reads the latest snapshot within the bounds.</summary>
    public StoredSnapshot? ReadSnapshot(string persistenceId, in SnapshotBounds bounds)
    {
        _snapshot
            .Bind(1, persistenceId)
            .Bind(2, bounds.MinSequenceNr)
            .Bind(3, bounds.MaxSequenceNr)
            .Bind(4, bounds.MinCreated)
            .Bind(5, bounds.MaxCreated);
        if (!_snapshot.Step())
            return null;
        var sequenceNr = _snapshot.Number(0);
        var payload = Payload(_snapshot, 2, persistenceId, sequenceNr);
        var snapshot = new StoredSnapshot(sequenceNr, _snapshot.Number(1), payload);
        _snapshot.Reset();
        return snapshot;
    }

    public void Dispose() => _connection.Dispose();

    private SerializedPayload Payload(SqliteStatement row, int column, string persistenceId, long sequenceNr)
    {
        if (row.OptionalNumber(column + 1) is not { } serializer)
        {
            throw new SqliteDatabaseException(
                _connection.Path,
                SqliteFault.Unreadable,
                $"The row {sequenceNr} of {persistenceId} in {_connection.Path} names no serializer");
        }
        return new SerializedPayload(row.Bytes(column), (int)serializer, row.Text(column + 2) ?? "");
    }
}
