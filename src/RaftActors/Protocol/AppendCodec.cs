using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Protocol;

/// <summary>
/// Writes and reads AppendEntries of raft.proto. The code is written by hand because each proposal and each
/// linearizable read takes several of these messages. It makes no objects in between.
/// </summary>
/// <remarks>
/// What is written is what the generated code would write, but with the stores and the spans after all other fields
/// than the entries. A field that a later version may add is skipped.
/// </remarks>
internal static class AppendCodec
{
    private const int Header = 1, PrevLogIndex = 2, PrevLogTerm = 3, LeaderCommit = 4, ReadContext = 5, Number = 30,
        StoresDigest = 31, Stores = 32, DigestIndex = 33, Digest = 34, UndecidedAt = 35, Traces = 36, Rests = 37;

    /// <summary>The fields that few messages have; <c>null</c> if the message has none of them.</summary>
    public static Wire.AppendEntries? RareFields(AppendEntries message) =>
        message.Stores.Count + message.Traces.Count == 0
            ? null
            : new Wire.AppendEntries
            {
                Stores = { message.Stores.Select(StoreMapping.ToWire) },
                Traces = { message.Traces.Select(TraceMapping.ToWire) },
            };

    /// <summary>The number of bytes of all fields but the entries and the rare ones.</summary>
    /// <param name="message">The message.</param>
    /// <param name="header">The encoded header.</param>
    public static int SizeOf(AppendEntries message, ReadOnlySpan<byte> header) =>
        ProtoWriter.FieldSize(header.Length) + ProtoWriter.Int64Size(message.PrevLogIndex)
            + ProtoWriter.Int64Size(message.PrevLogTerm) + ProtoWriter.Int64Size(message.LeaderCommit)
            + ProtoWriter.Int64Size(message.ReadContext) + ProtoWriter.Int64Size(Number, message.Number)
            + ProtoWriter.Fixed64Size(StoresDigest, message.StoresDigest)
            + ProtoWriter.Int64Size(DigestIndex, message.Agreed.Index)
            + ProtoWriter.Fixed64Size(Digest, message.Agreed.Value)
            + ProtoWriter.Int64Size(UndecidedAt, message.UndecidedAt)
            + ProtoWriter.Int64Size(Rests, message.Rests ? 1 : 0);

    /// <summary>Writes all fields but the entries and the rare ones.</summary>
    public static void Write(ref ProtoWriter writer, AppendEntries message, ReadOnlySpan<byte> header)
    {
        writer.Length(Header, header.Length);
        writer.Raw(header);
        writer.Int64(PrevLogIndex, message.PrevLogIndex);
        writer.Int64(PrevLogTerm, message.PrevLogTerm);
        writer.Int64(LeaderCommit, message.LeaderCommit);
        writer.Int64(ReadContext, message.ReadContext);
        writer.Int64(Number, message.Number);
        writer.Fixed64(StoresDigest, message.StoresDigest);
        writer.Int64(DigestIndex, message.Agreed.Index);
        writer.Fixed64(Digest, message.Agreed.Value);
        writer.Int64(UndecidedAt, message.UndecidedAt);
        writer.Int64(Rests, message.Rests ? 1 : 0);
    }

    /// <summary>Reads a message. The entries are slices of a copy of their bytes.</summary>
    /// <exception cref="FormatException">The bytes are not such a message.</exception>
    public static AppendEntries Read(ReadOnlySpan<byte> bytes, HeaderCache headers)
    {
        PeerHeader? header = null;
        long prevLogIndex = 0, prevLogTerm = 0, leaderCommit = 0, readContext = 0, number = 0, storesDigest = 0;
        long digestIndex = 0, digest = 0, undecidedAt = 0, rests = 0;
        List<StoreRecord>? stores = null;
        List<Wire.EntryTrace>? traces = null;
        var entries = default(EntryFields);
        var reader = new ProtoReader(bytes);
        while (!reader.AtEnd)
        {
            int start = reader.Position;
            var (field, type) = reader.Tag();
            switch (field, type)
            {
                case (Header, ProtoReader.Delimited): header = headers.Decode(bytes[reader.Delimit()]); break;
                case (PrevLogIndex, ProtoReader.Varint): prevLogIndex = reader.Int64(); break;
                case (PrevLogTerm, ProtoReader.Varint): prevLogTerm = reader.Int64(); break;
                case (LeaderCommit, ProtoReader.Varint): leaderCommit = reader.Int64(); break;
                case (ReadContext, ProtoReader.Varint): readContext = reader.Int64(); break;
                case (Number, ProtoReader.Varint): number = reader.Int64(); break;
                case (StoresDigest, ProtoReader.Fixed64): storesDigest = reader.Fixed(); break;
                case (DigestIndex, ProtoReader.Varint): digestIndex = reader.Int64(); break;
                case (Digest, ProtoReader.Fixed64): digest = reader.Fixed(); break;
                case (UndecidedAt, ProtoReader.Varint): undecidedAt = reader.Int64(); break;
                case (Rests, ProtoReader.Varint): rests = reader.Int64(); break;
                case (Stores, ProtoReader.Delimited):
                    (stores ??= []).Add(Wire.StoreRecord.Parser.ParseFrom(bytes[reader.Delimit()]).FromWire());
                    break;
                case (Traces, ProtoReader.Delimited):
                    (traces ??= []).Add(Wire.EntryTrace.Parser.ParseFrom(bytes[reader.Delimit()]));
                    break;
                case (EntryCodec.EntriesField, ProtoReader.Delimited):
                    entries.Add(start, reader.Delimit().End.Value);
                    break;
                default: reader.Skip(type); break;
            }
        }
        var batch = entries.Count == 0 ? EntryBatch.Empty : EntryCodec.Copy(bytes, entries, prevLogIndex);
        return new AppendEntries(
            header ?? throw new FormatException("The header is missing."), prevLogIndex, prevLogTerm, leaderCommit,
            readContext, batch)
        {
            Number = number,
            StoresDigest = (ulong)storesDigest,
            Stores = (IReadOnlyList<StoreRecord>?)stores ?? [],
            Agreed = new ReplicaDigest(digestIndex, (ulong)digest),
            UndecidedAt = undecidedAt,
            Rests = rests != 0,
            Traces = traces is null ? [] : traces.FromWire(),
        };
    }
}
