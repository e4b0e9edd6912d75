using System.Collections.Immutable;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>A serialized object.</summary>
internal readonly record struct SerializedPayload(byte[] Bytes, int SerializerId, string Manifest);

/// <summary>An event to be written.</summary>
internal readonly record struct NewEvent(
    string PersistenceId, long SequenceNr, SerializedPayload Payload, IImmutableSet<string>? Tags, string Writer);

/// <summary>An event as the journal stores it.</summary>
internal readonly record struct StoredEvent(long SequenceNr, long Created, SerializedPayload Payload, string Writer);

/// <summary>A snapshot as its table stores it.</summary>
internal readonly record struct StoredSnapshot(long SequenceNr, long Created, SerializedPayload Payload);

/// <summary>Bounds on the snapshots that are meant. All bounds are inclusive; times are in ticks.</summary>
internal readonly record struct SnapshotBounds(
    long MinSequenceNr, long MaxSequenceNr, long MinCreated, long MaxCreated);
