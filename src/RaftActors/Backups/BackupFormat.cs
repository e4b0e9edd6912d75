using System.Buffers.Binary;
using Google.Protobuf;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Backups;

/// <summary>The format of a backup file: see <c>BackupHead</c> in raft.proto.</summary>
internal static class BackupFormat
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int Current = 1;

    /// <summary>
    /// The number of bytes at the end of the file: the length of everything before them, and the SHA-256 of everything
    /// before that checksum.
    /// </summary>
    public const int EndLength = 8 + 32;

    /// <summary>More bytes than a head ever has, even with thousands of members.</summary>
    public const int MaxHead = 1 << 20;

    /// <summary>
    /// The first bytes of the file. They make text tools take the file for a binary one. A transfer that changes the
    /// ends of lines damages them.
    /// </summary>
    public static ReadOnlySpan<byte> Magic => "RAFTBK\r\n"u8;

    /// <summary>The bytes before the snapshot's bytes.</summary>
    public static byte[] Head(string group, Snapshot snapshot, DateTimeOffset takenAt)
    {
        var head = new Wire.BackupHead { FormatVersion = Current, Group = group, Snapshot = snapshot.ToWire(),
            TakenAt = takenAt.ToUnixTimeMilliseconds() };
        int size = head.CalculateSize();
        var bytes = new byte[Magic.Length + 4 + size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Magic.Length), size);
        head.WriteTo(bytes.AsSpan(Magic.Length + 4));
        return bytes;
    }

    /// <summary>The length of a whole file.</summary>
    public static long TotalLength(int head, long content) => head + content + EndLength;

    /// <summary>The first part of the end.</summary>
    public static byte[] LengthOf(int head, long content)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, head + content);
        return bytes;
    }
}
