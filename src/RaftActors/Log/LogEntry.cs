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

    /// <summary>Opens, keeps alive or closes a client's session (dissertation, section 6.3).</summary>
    Session = 3,

    /// <summary>
    /// Nothing but a point in log time, so that sessions of clients that fell silent expire although nothing else
    /// happens.
    /// </summary>
    Tick = 4,

    /// <summary>
    /// Asks every replica for the digest of its state as of this entry: see <see cref="StateMachines.IStateDigest"/>.
    /// </summary>
    Digest = 5,
}

/// <summary>An entry of the replicated log.</summary>
/// <param name="Index">Its position; the first entry has index 1.</param>
/// <param name="Term">The term of the leader that created it.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Time">
/// Log time in milliseconds since the Unix epoch, UTC: never less than the previous entry's. The only clock a state
/// machine sees. Between two entries of the same <paramref name="Term"/> this time has passed on the leader's monotonic
/// clock, less or more than a millisecond. Between two terms it may jump forward by any amount: a duration is measured
/// within terms.
/// </param>
/// <param name="Payload">The command or configuration, encoded once by the leader.</param>
public sealed record LogEntry(long Index, long Term, EntryKind Kind, long Time, Payload Payload)
{
    /// <summary>The most bytes that an encoded entry has beside its payload's bytes and manifest.</summary>
    internal const int MaxOverhead = 112;

    /// <summary>
    /// Which command of which client's session it is, or to which session it belongs; <c>null</c> when to none.
    /// </summary>
    public SessionStamp? Session { get; init; }

    /// <summary>
    /// Fields that this version does not know, as they came: a later version's entry keeps them on this peer's disk and
    /// on its way to others.
    /// </summary>
    internal ReadOnlyMemory<byte> UnknownFields { get; init; }

    /// <summary>Roughly the bytes that the entry takes in a message or a journal event.</summary>
    internal int Size => Payload.Size + UnknownFields.Length + MaxOverhead;
}

/// <summary>
/// Makes a command one that is applied at most once, however often it is proposed (dissertation, section 6.3).
/// </summary>
/// <param name="SessionId">The session: what its opening was answered with.</param>
/// <param name="Sequence">
/// The command's number within the session; the first is 1. A retry has the number of the command that it repeats.
/// </param>
/// <param name="LowestPending">
/// The lowest number of which the client still awaits the response: those below it are no longer remembered.
/// </param>
public sealed record SessionStamp(long SessionId, long Sequence, long LowestPending);

/// <summary>An encoded object: a <c>byte[]</c> as it is, or the output of a registered serializer.</summary>
/// <param name="Bytes">The encoded object; not to be modified.</param>
/// <param name="SerializerId">
/// The serializer's identifier, or 0 when <paramref name="Bytes"/> are the object itself.
/// </param>
/// <param name="Manifest">The serializer's manifest, or an empty string.</param>
public readonly record struct Payload(ReadOnlyMemory<byte> Bytes, int SerializerId, string Manifest)
{
    /// <summary>An empty payload, as that of a no-op.</summary>
    public static readonly Payload Empty = new(ReadOnlyMemory<byte>.Empty, 0, "");

    /// <summary>At least the bytes of the object and of its manifest in UTF-8.</summary>
    internal int Size => Bytes.Length + (3 * Manifest.Length);
}
