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
    private Encoding? _encoding;

    /// <summary>Makes a batch. The array belongs to the batch from now on.</summary>
    public EntryBatch(LogEntry[] entries) => _entries = entries;

    /// <summary>Makes a batch that was received.</summary>
    /// <param name="entries">The entries. The array belongs to the batch from now on.</param>
    /// <param name="encoded">Their encoded form, as <see cref="EntryCodec"/> writes it.</param>
    public EntryBatch(LogEntry[] entries, ReadOnlyMemory<byte> encoded)
    {
        _entries = entries;
        _encoding = new Encoding(encoded);
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
    public ReadOnlyMemory<byte> Encoded => (_encoding ??= new Encoding(EntryCodec.Encode(_entries))).Bytes;

    private sealed record Encoding(ReadOnlyMemory<byte> Bytes);
}
