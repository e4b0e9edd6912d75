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
    public static byte[] Encode(ReadOnlySpan<LogEntry> entries)
    {
        int total = 0;
        foreach (var entry in entries)
            total += FieldSize(SizeOf(entry));
        var bytes = new byte[total];
        var writer = new ProtoWriter(bytes);
        foreach (var entry in entries)
        {
            writer.Length(EntriesField, SizeOf(entry));
            Write(ref writer, entry);
        }
        return bytes;
    }

    /// <summary>Reads one entry, the content of a field.</summary>
    /// <exception cref="FormatException">The bytes are not an entry.</exception>
    public static LogEntry Decode(ReadOnlyMemory<byte> bytes)
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
                case (Manifest, ProtoReader.Delimited): manifest =
                    Encoding.UTF8.GetString(bytes.Span[reader.Delimit()]); break;
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

    /// <summary>Notes where a field with an entry is in a message.</summary>
    /// <param name="found">Where all of them are so far; <c>null</c> before the first.</param>
    /// <param name="start">Where the field begins.</param>
    /// <param name="content">Where the entry is.</param>
    /// <exception cref="FormatException">Another field is between this one and the one before.</exception>
    public static void Found(ref List<(int Start, Range Content)>? found, int start, Range content)
    {
        if (found is not null && found[^1].Content.End.Value != start)
            throw new FormatException("The entries are not consecutive fields.");
        (found ??= []).Add((start, content));
    }

    /// <summary>Where the fields that were found are in their message.</summary>
    public static Range Whole(List<(int Start, Range Content)> found) => found[0].Start..found[^1].Content.End;

    /// <summary>Reads entries as slices of their fields.</summary>
    /// <param name="fields">The bytes of <see cref="Whole"/>.</param>
    /// <param name="found">Where the entries are in their message.</param>
    /// <exception cref="FormatException">One of them is not an entry.</exception>
    public static EntryBatch Batch(ReadOnlyMemory<byte> fields, List<(int Start, Range Content)> found)
    {
        int start = found[0].Start;
        var entries = new LogEntry[found.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            var content = found[i].Content;
            entries[i] = Decode(fields[(content.Start.Value - start)..(content.End.Value - start)]);
        }
        return new EntryBatch(entries, fields);
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
