using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Protocol;

/// <summary>Writes and reads AppendEntriesReply of raft.proto, as <see cref="AppendCodec"/> does AppendEntries.</summary>
internal static class AppendReplyCodec
{
    private const int Header = 1, Success = 2, MatchIndex = 3, AcceptedIndex = 4, RejectedIndex = 5, ConflictTerm = 6,
        ConflictIndex = 7, ReadContext = 8, Number = 30, Stores = 31, DigestIndex = 32, Digest = 33, RebuildFrom = 34,
        Rests = 35;

    /// <summary>The fields that few messages have; <c>null</c> if the message has none of them.</summary>
    public static Wire.AppendEntriesReply? RareFields(AppendEntriesReply message) => message.Stores.Count == 0
        ? null
        : new Wire.AppendEntriesReply { Stores = { message.Stores.Select(StoreMapping.ToWire) } };

    /// <summary>The number of bytes of all fields but the rare ones.</summary>
    /// <param name="message">The message.</param>
    /// <param name="header">The encoded header.</param>
    public static int SizeOf(AppendEntriesReply message, ReadOnlySpan<byte> header) =>
        ProtoWriter.FieldSize(header.Length) + ProtoWriter.Int64Size(message.Success ? 1 : 0)
            + ProtoWriter.Int64Size(message.MatchIndex) + ProtoWriter.Int64Size(message.AcceptedIndex)
            + ProtoWriter.Int64Size(message.RejectedIndex) + ProtoWriter.Int64Size(message.Conflict.Term)
            + ProtoWriter.Int64Size(message.Conflict.Index) + ProtoWriter.Int64Size(message.ReadContext)
            + ProtoWriter.Int64Size(Number, message.Number) + ProtoWriter.Int64Size(DigestIndex, message.Digest.Index)
            + ProtoWriter.Fixed64Size(Digest, message.Digest.Value)
            + ProtoWriter.Int64Size(RebuildFrom, message.RebuildFrom)
            + ProtoWriter.Int64Size(Rests, message.Rests ? 1 : 0);

    /// <summary>Writes all fields but the rare ones.</summary>
    public static void Write(ref ProtoWriter writer, AppendEntriesReply message, ReadOnlySpan<byte> header)
    {
        writer.Length(Header, header.Length);
        writer.Raw(header);
        writer.Int64(Success, message.Success ? 1 : 0);
        writer.Int64(MatchIndex, message.MatchIndex);
        writer.Int64(AcceptedIndex, message.AcceptedIndex);
        writer.Int64(RejectedIndex, message.RejectedIndex);
        writer.Int64(ConflictTerm, message.Conflict.Term);
        writer.Int64(ConflictIndex, message.Conflict.Index);
        writer.Int64(ReadContext, message.ReadContext);
        writer.Int64(Number, message.Number);
        writer.Int64(DigestIndex, message.Digest.Index);
        writer.Fixed64(Digest, message.Digest.Value);
        writer.Int64(RebuildFrom, message.RebuildFrom);
        writer.Int64(Rests, message.Rests ? 1 : 0);
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">The bytes are not such a message.</exception>
    public static AppendEntriesReply Read(ReadOnlySpan<byte> bytes, HeaderCache headers)
    {
        PeerHeader? header = null;
        long success = 0, matchIndex = 0, acceptedIndex = 0, rejectedIndex = 0, conflictTerm = 0, conflictIndex = 0;
        long readContext = 0, number = 0, digestIndex = 0, digest = 0, rebuildFrom = 0, rests = 0;
        List<StoreRecord>? stores = null;
        var reader = new ProtoReader(bytes);
        while (!reader.AtEnd)
        {
            var (field, type) = reader.Tag();
            switch (field, type)
            {
                case (Header, ProtoReader.Delimited): header = headers.Decode(bytes[reader.Delimit()]); break;
                case (Success, ProtoReader.Varint): success = reader.Int64(); break;
                case (MatchIndex, ProtoReader.Varint): matchIndex = reader.Int64(); break;
                case (AcceptedIndex, ProtoReader.Varint): acceptedIndex = reader.Int64(); break;
                case (RejectedIndex, ProtoReader.Varint): rejectedIndex = reader.Int64(); break;
                case (ConflictTerm, ProtoReader.Varint): conflictTerm = reader.Int64(); break;
                case (ConflictIndex, ProtoReader.Varint): conflictIndex = reader.Int64(); break;
                case (ReadContext, ProtoReader.Varint): readContext = reader.Int64(); break;
                case (Number, ProtoReader.Varint): number = reader.Int64(); break;
                case (DigestIndex, ProtoReader.Varint): digestIndex = reader.Int64(); break;
                case (Digest, ProtoReader.Fixed64): digest = reader.Fixed(); break;
                case (RebuildFrom, ProtoReader.Varint): rebuildFrom = reader.Int64(); break;
                case (Rests, ProtoReader.Varint): rests = reader.Int64(); break;
                case (Stores, ProtoReader.Delimited):
                    (stores ??= []).Add(Wire.StoreRecord.Parser.ParseFrom(bytes[reader.Delimit()]).FromWire());
                    break;
                default: reader.Skip(type); break;
            }
        }
        return new AppendEntriesReply(
            header ?? throw new FormatException("The header is missing."), success != 0, matchIndex, acceptedIndex,
            rejectedIndex, new LogConflict(conflictTerm, conflictIndex), readContext)
        {
            Number = number,
            Stores = (IReadOnlyList<StoreRecord>?)stores ?? [],
            Digest = new ReplicaDigest(digestIndex, (ulong)digest),
            RebuildFrom = rebuildFrom,
            Rests = rests != 0,
        };
    }
}
