using System.Text;
using RaftActors.Log;
using static RaftActors.Protocol.ProtoWriter;

namespace RaftActors.Protocol;

/// <summary>
/// Writes and reads entries as field 15 of AppendEntries and StatePersisted in raft.proto, byte for byte as the
/// generated code would. The code is written by hand because each command passes through it several times. It writes
/// entries without an object in between, and reads payloads as slices of the received bytes.
/// </summary>
internal static class EntryCodec
{
    /// <summary>The number of the field with the entries, in both messages.</summary>
    public const int EntriesField = 15;

    private const int Index = 1, Term = 2, Kind = 3, Time = 4, Bytes = 5, SerializerId = 6, Manifest = 7, SessionId = 8,
        Sequence = 9, LowestPending = 10;

    /// <summary>Encodes entries, each with its field's tag and length.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="room">How many bytes of any value to leave before them.</param>
    public static byte[] Encode(ReadOnlySpan<LogEntry> entries, int room = 0)
    {
        int total = room;
        foreach (var entry in entries)
            total += FieldSize(SizeOf(entry));
        byte[] bytes = GC.AllocateUninitializedArray<byte>(total);
        var writer = new ProtoWriter(bytes.AsSpan(room));
        foreach (var entry in entries)
        {
            writer.Length(EntriesField, SizeOf(entry));
            Write(ref writer, entry);
        }
        return bytes;
    }

    /// <summary>Encodes entries, with room for the beginning of an event before them.</summary>
    public static EncodedEntries EncodeBatch(ReadOnlySpan<LogEntry> entries)
    {
        int room = entries.Length > 0 ? RoomBefore(entries[0].Index) : 0;
        return new EncodedEntries(Encode(entries, room), room);
    }

    /// <summary>Reads one entry, the content of a field.</summary>
    /// <param name="bytes">The entry.</param>
    /// <param name="likelyManifest">The manifest of the entry before. Entries with the same one share the text.</param>
    /// <exception cref="FormatException">The bytes are not an entry.</exception>
    public static LogEntry Decode(ReadOnlyMemory<byte> bytes, string likelyManifest = "")
    {
        var reader = new ProtoReader(bytes.Span);
        long index = 0, term = 0, kind = 0, time = 0, serializerId = 0, sessionId = 0, sequence = 0, lowestPending = 0;
        string manifest = "";
        ReadOnlyMemory<byte> payload = default, unknown = default;
        while (!reader.AtEnd)
        {
            int start = reader.Position;
            var (field, type) = reader.Tag();
            switch (field, type)
            {
                case (Index, ProtoReader.Varint): index = reader.Int64(); break;
                case (Term, ProtoReader.Varint): term = reader.Int64(); break;
                case (Kind, ProtoReader.Varint): kind = reader.Int64(); break;
                case (Time, ProtoReader.Varint): time = reader.Int64(); break;
                case (SerializerId, ProtoReader.Varint): serializerId = reader.Int64(); break;
                case (SessionId, ProtoReader.Varint): sessionId = reader.Int64(); break;
                case (Sequence, ProtoReader.Varint): sequence = reader.Int64(); break;
                case (LowestPending, ProtoReader.Varint): lowestPending = reader.Int64(); break;
                case (Bytes, ProtoReader.Delimited): payload = bytes[reader.Delimit()]; break;
                case (Manifest, ProtoReader.Delimited):
                    var text = bytes.Span[reader.Delimit()];
                    manifest = Ascii.Equals(text, likelyManifest) ? likelyManifest : Encoding.UTF8.GetString(text);
                    break;
                default:
                    reader.Skip(type);
                    unknown = Join(unknown, bytes[start..reader.Position]);
                    break;
            }
        }
        return new LogEntry(index, term, (EntryKind)kind, time, new Payload(payload, (int)serializerId, manifest))
        {
            Session = (sessionId | sequence | lowestPending) != 0
                ? new SessionStamp(sessionId, sequence, lowestPending)
                : null,
            UnknownFields = unknown,
        };
    }

    /// <summary>Reads entries that are a part of stored bytes, as slices of these.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="fields">Where the entries are in them.</param>
    /// <exception cref="FormatException">One of them is not an entry.</exception>
    public static EntryBatch Batch(ReadOnlyMemory<byte> bytes, in EntryFields fields)
    {
        var own = bytes[fields.Whole];
        return new EntryBatch(Decode(own, fields.Count), new EncodedEntries(own));
    }

    /// <summary>
    /// Reads entries of a message, as slices of a copy. The copy has room for the beginning of an event before it.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="fields">Where the entries are in it.</param>
    /// <param name="previousIndex">The index before the first entry.</param>
    /// <exception cref="FormatException">One of them is not an entry.</exception>
    public static EntryBatch Copy(ReadOnlySpan<byte> message, in EntryFields fields, long previousIndex)
    {
        var own = message[fields.Whole];
        int room = RoomBefore(previousIndex + 1);
        byte[] copy = GC.AllocateUninitializedArray<byte>(room + own.Length);
        own.CopyTo(copy.AsSpan(room));
        return new EntryBatch(Decode(copy.AsMemory(room), fields.Count), new EncodedEntries(copy, room));
    }

    // The number of bytes before the entries of an event that says nothing else but which index they follow.
    private static int RoomBefore(long firstIndex) => StoredChecksum.Length + ProtoWriter.Int64Size(firstIndex - 1);

    private static LogEntry[] Decode(ReadOnlyMemory<byte> fields, int count)
    {
        var entries = new LogEntry[count];
        string manifest = "";
        var reader = new ProtoReader(fields.Span);
        for (int i = 0; i < entries.Length; i++)
        {
            reader.Tag();
            entries[i] = Decode(fields[reader.Delimit()], manifest);
            manifest = entries[i].Payload.Manifest;
        }
        return entries;
    }

    private static int SizeOf(LogEntry entry)
    {
        var payload = entry.Payload;
        return ProtoWriter.Int64Size(entry.Index) + ProtoWriter.Int64Size(entry.Term)
            + ProtoWriter.Int64Size((long)entry.Kind) + ProtoWriter.Int64Size(entry.Time)
            + ProtoWriter.Int64Size(payload.SerializerId)
            + (payload.Bytes.Length > 0 ? FieldSize(payload.Bytes.Length) : 0)
            + (payload.Manifest.Length > 0 ? FieldSize(Encoding.UTF8.GetByteCount(payload.Manifest)) : 0)
            + (entry.Session is { } session ? SizeOf(session) : 0)
            + entry.UnknownFields.Length;
    }

    private static int SizeOf(SessionStamp session) =>
        ProtoWriter.Int64Size(session.SessionId) + ProtoWriter.Int64Size(session.Sequence)
            + ProtoWriter.Int64Size(session.LowestPending);

    private static void Write(ref ProtoWriter writer, LogEntry entry)
    {
        var payload = entry.Payload;
        writer.Int64(Index, entry.Index);
        writer.Int64(Term, entry.Term);
        writer.Int64(Kind, (long)entry.Kind);
        writer.Int64(Time, entry.Time);
        if (payload.Bytes.Length > 0)
        {
            writer.Length(Bytes, payload.Bytes.Length);
            writer.Raw(payload.Bytes.Span);
        }
        writer.Int64(SerializerId, payload.SerializerId);
        if (payload.Manifest.Length > 0)
        {
            writer.Length(Manifest, Encoding.UTF8.GetByteCount(payload.Manifest));
            writer.Text(payload.Manifest);
        }
        if (entry.Session is { } session)
        {
            writer.Int64(SessionId, session.SessionId);
            writer.Int64(Sequence, session.Sequence);
            writer.Int64(LowestPending, session.LowestPending);
        }
        writer.Raw(entry.UnknownFields.Span);
    }

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) =>
        first.IsEmpty ? second : (byte[])[.. first.Span, .. second.Span];
}

/// <summary>Where the fields with entries are in a message.</summary>
internal struct EntryFields
{
    private int _start;
    private int _end;

    /// <summary>The number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Where all of them are.</summary>
    public readonly Range Whole => _start.._end;

    /// <summary>Takes note of the next one.</summary>
    /// <param name="start">Where its field begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <exception cref="FormatException">Another field is between this one and the one before.</exception>
    public void Add(int start, int end)
    {
        if (Count++ == 0)
            _start = start;
        else if (_end != start)
            throw new FormatException("The entries are not consecutive fields.");
        _end = end;
    }
}
