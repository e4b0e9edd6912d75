using System.Buffers.Binary;
using System.IO.Hashing;
using Google.Protobuf;

namespace RaftActors.Protocol;

/// <summary>
/// The checksum of a stored event or part of a snapshot, in front of its bytes: the field <c>checksum</c> of
/// raft.proto. A disk, or anything between, may change a byte. The checksum shows whether the bytes that were read are
/// those that were written.
/// </summary>
/// <remarks>
/// The field comes first, so its two tag bytes are enough to find it, and damaged bytes need not be parsed. Data from
/// before there were checksums begins with one of four other bytes. A single changed bit turns the first byte of a
/// checksum into none of these four. Such data is accepted without a check.
/// </remarks>
internal static class StoredChecksum
{
    /// <summary>The number of bytes of the field.</summary>
    public const int Length = 2 + sizeof(ulong);

    // Field 30, eight bytes, the lowest first.
    private static ReadOnlySpan<byte> Tag => [0xF1, 0x01];

    // The first bytes of data without a checksum: fields 1 and 2, integers or bytes, and the entries.
    private static ReadOnlySpan<byte> FirstBytesWithout => [0x08, 0x0A, 0x10, 0x7A];

    /// <summary>Encodes a message with its checksum in front.</summary>
    /// <param name="manifest">The message's manifest.</param>
    /// <param name="head">The message without its entries.</param>
    /// <param name="entries">The entries of the message, which come last.</param>
    public static byte[] Seal(string manifest, IMessage head, IReadOnlyList<EntryBatch> entries)
    {
        int room = Length + head.CalculateSize();
        byte[] bytes = (entries.Count == 1 ? entries[0].TakeArray(room) : null) ?? Join(room, entries);
        Tag.CopyTo(bytes);
        head.WriteTo(bytes.AsSpan(Length, room - Length));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Tag.Length), Of(manifest, bytes));
        return bytes;
    }

    /// <summary>
    /// What is wrong with stored bytes. <c>null</c> if their checksum is right, or if they were written before there
    /// were checksums.
    /// </summary>
    public static string? Problem(string manifest, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || FirstBytesWithout.Contains(bytes[0]))
            return null;
        if (bytes.Length < Length || !bytes.StartsWith(Tag))
            return "it does not begin as what a peer writes: its bytes have changed since they were written";
        ulong expected = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Tag.Length..]);
        ulong actual = Of(manifest, bytes);
        return actual == expected
            ? null
            : $"its checksum is {actual:X16}, not {expected:X16}: its bytes have changed since they were written";
    }

    // The entries of all batches, behind room.
    private static byte[] Join(int room, IReadOnlyList<EntryBatch> entries)
    {
        int size = room;
        for (int i = 0; i < entries.Count; i++)
            size += entries[i].Encoded.Length;
        byte[] bytes = GC.AllocateUninitializedArray<byte>(size);
        int at = room;
        for (int i = 0; i < entries.Count; i++)
        {
            entries[i].Encoded.Span.CopyTo(bytes.AsSpan(at));
            at += entries[i].Encoded.Length;
        }
        return bytes;
    }

    private static ulong Of(string manifest, ReadOnlySpan<byte> bytes)
    {
        long seed = 0;
        foreach (char letter in manifest)
            seed = (seed << 8) | letter;
        return XxHash3.HashToUInt64(bytes[Length..], seed);
    }
}
