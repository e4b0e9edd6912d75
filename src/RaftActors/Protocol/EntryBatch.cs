using RaftActors.Log;

namespace RaftActors.Protocol;

/// <summary>
/// Entries that travel together, and their encoded form once it is needed: the journal event and the messages to all
/// followers share both. A batch that was received keeps the bytes as they came. Immutable.
/// </summary>
internal sealed class EntryBatch
{
    /// <summary>No entries.</summary>
    public static readonly EntryBatch Empty = new([]);

    private readonly LogEntry[] _entries;
    private Encoding? _encoding;

    /// <summary>Creates a batch; the array is its own from now on.</summary>
    public EntryBatch(LogEntry[] entries) => _entries = entries;

    /// <summary>Creates a batch that was received.</summary>
    /// <param name="entries">The entries; the array is the batch's own from now on.</param>
    /// <param name="encoded">Their encoded form, as <see cref="EntryCodec"/> writes it.</param>
    public EntryBatch(LogEntry[] entries, ReadOnlyMemory<byte> encoded)
    {
        _entries = entries;
        _encoding = new Encoding(encoded);
    }

    /// <summary>How many entries there are.</summary>
    public int Count => _entries.Length;

    /// <summary>The index of the first entry.</summary>
    public long FirstIndex => _entries[0].Index;

    /// <summary>The index of the last entry.</summary>
    public long LastIndex => _entries[^1].Index;

    /// <summary>The entries.</summary>
    public ReadOnlySpan<LogEntry> Entries => _entries;

    /// <summary>
    /// The entries as fields of a message. Encoded by whoever asks first; two that ask at once both do, to the same
    /// result.
    /// </summary>
    public ReadOnlyMemory<byte> Encoded => (_encoding ??= new Encoding(EntryCodec.Encode(_entries))).Bytes;

    private sealed record Encoding(ReadOnlyMemory<byte> Bytes);
}
