namespace RaftActors.Log;

/// <summary>What an entry is for.</summary>
public enum EntryKind
{
    /// <summary>A command for the state machine.</summary>
    Command = 0,

    /// <summary>Appended by a new leader so that entries of earlier terms commit (paper, section 8).</summary>
    NoOp = 1,

    /// <summary>A configuration of the group.</summary>
    Configuration = 2,
}

/// <summary>An entry of the replicated log.</summary>
/// <param name="Index">Its position; the first entry has index 1.</param>
/// <param name="Term">The term of the leader that created it.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Time">Log time in milliseconds since the Unix epoch, UTC: never less than the previous entry's. The only clock a state machine sees.</param>
/// <param name="Payload">The command or configuration, encoded once by the leader.</param>
public sealed record LogEntry(long Index, long Term, EntryKind Kind, long Time, Payload Payload);

/// <summary>An encoded object: a <c>byte[]</c> as it is, or the output of a registered serializer.</summary>
/// <param name="Bytes">The encoded object; not to be modified.</param>
/// <param name="SerializerId">The serializer's identifier, or 0 when <paramref name="Bytes"/> are the object itself.</param>
/// <param name="Manifest">The serializer's manifest, or an empty string.</param>
public readonly record struct Payload(ReadOnlyMemory<byte> Bytes, int SerializerId, string Manifest)
{
    /// <summary>An empty payload, as that of a no-op.</summary>
    public static readonly Payload Empty = new(ReadOnlyMemory<byte>.Empty, 0, "");
}
