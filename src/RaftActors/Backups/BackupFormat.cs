using System.Buffers.Binary;
using Google.Protobuf;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Backups;

/// <summary>What the file of a backup looks like: see <c>BackupHead</c> in raft.proto.</summary>
internal static class BackupFormat
{
    /// <summary>The format that this version writes, and the newest it reads.</summary>
    public const int Current = 1;

    /// <summary>
    /// The bytes at the end: the length of what comes before, and the SHA-256 of everything before itself.
    /// </summary>
    public const int EndLength = 8 + 32;

    /// <summary>More than a head ever has: thousands of members.</summary>
    public const int MaxHead = 1 << 20;

    /// <summary>
    /// The first bytes: text tools take such a file for a binary one, and a transfer that changes the ends of lines
    /// shows.
    /// </summary>
    public static ReadOnlySpan<byte> Magic => "RAFTBK\r\n"u8;

    /// <summary>Everything before the snapshot's bytes.</summary>
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
