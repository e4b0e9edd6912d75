using System.Buffers.Binary;
using System.IO.Hashing;
using Google.Protobuf;

namespace RaftActors.Protocol;

/// <summary>
/// The checksum of an event or a part of a snapshot, in front of its bytes: the field <c>checksum</c> of raft.proto. A
/// disk, or whatever is between, may change a byte; what is read back is compared with what was written.
/// </summary>
/// <remarks>
/// The field comes first, so that it is found by its two bytes alone, and what is damaged need not be parsed. What was
/// written before there were checksums begins with one of four other bytes, none of which a single changed bit makes of
/// the first byte of a checksum: it is taken as it is.
/// </remarks>
internal static class StoredChecksum
{
    /// <summary>The bytes of the field.</summary>
    public const int Length = 2 + sizeof(ulong);

    // Field 30, eight bytes, the lowest first.
    private static ReadOnlySpan<byte> Tag => [0xF1, 0x01];

    // Fields 1 and 2, integers or bytes, and the entries.
    private static ReadOnlySpan<byte> FirstBytesWithout => [0x08, 0x0A, 0x10, 0x7A];

    /// <summary>Encodes a message behind its checksum.</summary>
    /// <param name="manifest">The message's manifest.</param>
    /// <param name="head">The message, without the entries.</param>
    /// <param name="entries">Its entries, which come last.</param>
    public static byte[] Seal(string manifest, IMessage head, IReadOnlyList<EntryBatch> entries)
    {
        int at = Length + head.CalculateSize();
        int size = at;
        for (int i = 0; i < entries.Count; i++)
            size += entries[i].Encoded.Length;
        var bytes = new byte[size];
        Tag.CopyTo(bytes);
        head.WriteTo(bytes.AsSpan(Length, at - Length));
        for (int i = 0; i < entries.Count; i++)
        {
            entries[i].Encoded.Span.CopyTo(bytes.AsSpan(at));
            at += entries[i].Encoded.Length;
        }
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Tag.Length), Of(manifest, bytes));
        return bytes;
    }

    /// <summary>
    /// What is wrong with stored bytes; <c>null</c> when their checksum is right, or when they were written before
    /// there were checksums.
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

    private static ulong Of(string manifest, ReadOnlySpan<byte> bytes)
    {
        long seed = 0;
        foreach (char letter in manifest)
            seed = (seed << 8) | letter;
        return XxHash3.HashToUInt64(bytes[Length..], seed);
    }
}
