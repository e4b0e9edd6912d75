using RaftActors.Log;

namespace RaftActors.Protocol;

/// <summary>
/// Entries that are sent and stored together. Their encoded form is made when it is first needed; the journal event and
/// the messages to all followers share it. A batch that was received keeps its encoded form. Immutable.
/// </summary>
internal sealed class EntryBatch
{
    /// <summary>No entries.</summary>
    public static readonly EntryBatch Empty = new([]);

    private readonly LogEntry[] _entries;
    private EncodedEntries? _encoded;

    /// <summary>Makes a batch. The array belongs to the batch from now on.</summary>
    public EntryBatch(LogEntry[] entries) => _entries = entries;

    /// <summary>Makes a batch that was received.</summary>
    /// <param name="entries">The entries. The array belongs to the batch from now on.</param>
    /// <param name="encoded">Their encoded form, as <see cref="EntryCodec"/> writes it.</param>
    public EntryBatch(LogEntry[] entries, EncodedEntries encoded)
    {
        _entries = entries;
        _encoded = encoded;
    }

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Length;

    /// <summary>The index of the first entry.</summary>
    public long FirstIndex => _entries[0].Index;

    /// <summary>The index of the last entry.</summary>
    public long LastIndex => _entries[^1].Index;

    /// <summary>The entries.</summary>
    public ReadOnlySpan<LogEntry> Entries => _entries;

    /// <summary>
    /// The entries in the encoded form of a message's fields. The first caller encodes them. If two threads do that at
    /// once, both get the same result.
    /// </summary>
    public ReadOnlyMemory<byte> Encoded => Encode().Fields;

    /// <inheritdoc cref="EncodedEntries.TakeArray"/>
    public byte[]? TakeArray(int room) => Encode().TakeArray(room);

    private EncodedEntries Encode() => _encoded ??= EntryCodec.EncodeBatch(_entries);
}

/// <summary>
/// Entries in their encoded form. They may lie at the end of an array that has room for the beginning of a journal event
/// with these entries alone. Such an event then needs no copy of them.
/// </summary>
internal sealed class EncodedEntries
{
    private readonly byte[]? _array;
    private readonly int _room;
    private int _isTaken;

    /// <summary>Entries that are a part of other bytes.</summary>
    public EncodedEntries(ReadOnlyMemory<byte> fields) => Fields = fields;

    /// <summary>Entries at the end of an array.</summary>
    /// <param name="array">The array. Its bytes after the room never change.</param>
    /// <param name="room">The number of bytes before the entries.</param>
    public EncodedEntries(byte[] array, int room)
    {
        (_array, _room) = (array, room);
        Fields = array.AsMemory(room);
    }

    /// <summary>The entries, each with its field's tag and length.</summary>
    public ReadOnlyMemory<byte> Fields { get; }

    /// <summary>
    /// The array with the entries, for the one event that may write into the room before them; <c>null</c> if an event
    /// has the array already, or if the room has another size.
    /// </summary>
    /// <param name="room">The number of bytes that the event has before its entries.</param>
    public byte[]? TakeArray(int room) =>
        _array is not null && room == _room && Interlocked.Exchange(ref _isTaken, 1) == 0 ? _array : null;
}
