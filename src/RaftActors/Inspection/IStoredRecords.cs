namespace RaftActors.Inspection;

/// <summary>What the journal and the snapshot store of a stopped peer hold, for <see cref="StoreInspector"/>.</summary>
public interface IStoredRecords
{
    /// <summary>The events of a persistence id that are not deleted, in their order.</summary>
    IEnumerable<StoredRecord> Events(string persistenceId);

    /// <summary>The snapshots of a persistence id, in the order of their sequence numbers.</summary>
    IEnumerable<StoredRecord> Snapshots(string persistenceId);
}

/// <summary>An event or a snapshot, as it is stored.</summary>
/// <param name="SequenceNr">Its sequence number.</param>
/// <param name="Manifest">The manifest of <see cref="Protocol.RaftSerializer"/>.</param>
/// <param name="Bytes">What that serializer wrote.</param>
public sealed record StoredRecord(long SequenceNr, string Manifest, byte[] Bytes);
