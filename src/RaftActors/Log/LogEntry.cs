namespace RaftActors.Log;

/// <summary>The kinds of log entries.</summary>
public enum EntryKind
{
    /// <summary>A command for the state machine.</summary>
    Command = 0,

    /// <summary>
    /// An entry without effect. A new leader appends it to commit entries of earlier terms (paper, section 8).
    /// </summary>
    NoOp = 1,

    /// <summary>A configuration of the group.</summary>
    Configuration = 2,

    /// <summary>Opens, keeps alive or closes a client's session (dissertation, section 6.3).</summary>
    Session = 3,

    /// <summary>
    /// An entry that only carries the log time. It lets the sessions of silent clients expire when nothing else is
    /// appended.
    /// </summary>
    Tick = 4,

    /// <summary>
    /// Asks every replica for the digest of its state as of this entry: see <see cref="StateMachines.IStateDigest"/>.
    /// </summary>
    Digest = 5,
}

/// <summary>An entry of the replicated log.</summary>
/// <param name="Index">The position in the log. The first entry has index 1.</param>
/// <param name="Term">The term of the leader that created it.</param>
/// <param name="Kind">The kind of the entry.</param>
/// <param name="Time">
/// Log time in milliseconds since the Unix epoch, UTC. Never less than the time of the entry before. It is the only
/// clock that a state machine may use. Between two entries of the same <paramref name="Term"/>, the difference is the
/// time that passed on the leader's monotonic clock, to within a millisecond. Between two terms, log time may jump
/// forward by any amount. So measure durations within terms.
/// </param>
/// <param name="Payload">The command or configuration, encoded once by the leader.</param>
public sealed record LogEntry(long Index, long Term, EntryKind Kind, long Time, Payload Payload)
{
    /// <summary>The most bytes that an encoded entry takes besides the bytes and manifest of its payload.</summary>
    internal const int MaxOverhead = 112;

    /// <summary>
    /// The session and number of a command, or the session that the entry is about; <c>null</c> if there is none.
    /// </summary>
    public SessionStamp? Session { get; init; }

    /// <summary>
    /// Fields of a later version that this version does not know, in their encoded form. This peer keeps them on its
    /// disk and in messages to other peers.
    /// </summary>
    internal ReadOnlyMemory<byte> UnknownFields { get; init; }

    /// <summary>The approximate size of the entry in a message or a journal event, in bytes.</summary>
    internal int Size => Payload.Size + UnknownFields.Length + MaxOverhead;
}

/// <summary>
/// Identifies a command in a client's session. A command with a stamp is applied at most once, however often it is
/// proposed (dissertation, section 6.3).
/// </summary>
/// <param name="SessionId">The session id, from <see cref="Client.SessionOpened"/>.</param>
/// <param name="Sequence">
/// The number of the command in the session; the first is 1. A retry has the same number.
/// </param>
/// <param name="LowestPending">
/// The lowest number whose response the client still awaits. Responses below it are no longer remembered.
/// </param>
public sealed record SessionStamp(long SessionId, long Sequence, long LowestPending);

/// <summary>An encoded object: a <c>byte[]</c> as it is, or the output of a registered serializer.</summary>
/// <param name="Bytes">The encoded object; not to be modified.</param>
/// <param name="SerializerId">
/// The identifier of the serializer; 0 if <paramref name="Bytes"/> are the object itself.
/// </param>
/// <param name="Manifest">The manifest of the serializer, or an empty string.</param>
public readonly record struct Payload(ReadOnlyMemory<byte> Bytes, int SerializerId, string Manifest)
{
    /// <summary>An empty payload, as that of a no-op.</summary>
    public static readonly Payload Empty = new(ReadOnlyMemory<byte>.Empty, 0, "");

    /// <summary>An upper bound of the bytes of the object and of its manifest in UTF-8.</summary>
    internal int Size => Bytes.Length + (3 * Manifest.Length);
}
