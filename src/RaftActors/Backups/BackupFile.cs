using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Backups;

/// <summary>A backup in a file. The file was complete and undamaged when it was opened.</summary>
public sealed class BackupFile
{
    private const int BufferSize = 1 << 20;

    private readonly string _path;
    private readonly long _contentAt;
    private readonly int _head;

    private BackupFile(string path, string group, Snapshot snapshot, DateTimeOffset takenAt, long contentAt, int head,
        string sha256)
    {
        _path = path;
        (_contentAt, _head) = (contentAt, head);
        (Group, Snapshot, TakenAt, Sha256) = (group, snapshot, takenAt, sha256);
    }

    /// <summary>The name of the group that was backed up.</summary>
    public string Group { get; }

    /// <summary>The identity of the group that was backed up; empty if the group had none.</summary>
    public string GroupId => Snapshot.Configuration.GroupId;

    /// <summary>The index of the last entry that the backup includes.</summary>
    public long Index => Snapshot.LastIncludedIndex;

    /// <summary>The term of that entry.</summary>
    public long Term => Snapshot.LastIncludedTerm;

    /// <summary>When the backup was taken, by the clock of the node that took it.</summary>
    public DateTimeOffset TakenAt { get; }

    /// <summary>The size of the file in bytes.</summary>
    public long Length => BackupFormat.TotalLength(_head, Snapshot.Content.Length);

    /// <summary>
    /// The SHA-256 checksum at the end of the file, in hexadecimal digits. It covers all bytes before it.
    /// </summary>
    public string Sha256 { get; }

    /// <summary>The voters of the group at that entry.</summary>
    public IReadOnlyList<Member> Voters => Snapshot.Configuration.Members();

    internal Snapshot Snapshot { get; }

    /// <summary>Reads a whole file and checks that it is a backup without damage.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="BackupException">The file is not an undamaged backup. The message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BackupFile Open(string path) => Open(path, 0, null);

    /// <summary>Reads a backup that is a part of a file, and checks that it is one without damage.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="at">Where the backup begins.</param>
    /// <param name="length">The length of the backup; <c>null</c> if it ends with the file.</param>
    /// <exception cref="BackupException">The part is not an undamaged backup. The message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static BackupFile Open(string path, long at, long? length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        file.Position = at;
        long end = at + length ?? file.Length;
        var (head, snapshot) = ReadHead(file, hash, path);
        long contentAt = file.Position;
        int headLength = (int)(contentAt - at);
        if (end - at < BackupFormat.TotalLength(headLength, snapshot.Content.Length))
            throw Incomplete(path, end - at, BackupFormat.TotalLength(headLength, snapshot.Content.Length));
        string content = Hash(file, hash, snapshot.Content.Length, path);
        long before = BinaryPrimitives.ReadInt64LittleEndian(Read(file, hash, 8, path));
        string expected = Convert.ToHexString(Read(file, null, 32, path)),
            actual = Convert.ToHexString(hash.GetHashAndReset());
        if (actual != expected)
            throw new BackupException($"{path} is damaged: its checksum is {actual}, not {expected}.");
        if (content != snapshot.Content.Sha256 || before != headLength + snapshot.Content.Length)
            throw new BackupException($"{path} is damaged: what it says about its length and checksum contradicts "
                + "itself.");
        if (file.Position != end)
            throw new BackupException($"{path} is damaged: {end - file.Position} bytes follow its end.");
        return new BackupFile(path, head.Group, snapshot, DateTimeOffset.FromUnixTimeMilliseconds(head.TakenAt),
            contentAt, headLength, actual);
    }

    /// <summary>
    /// Reads only the head of a file, and compares the length of the file with what the head says. Damage in what
    /// follows the head is not found.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="BackupException">The file is not a backup of full length. The message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BackupSummary ReadSummary(string path) => ReadSummary(path, 0, null);

    /// <summary>Reads only the head of a backup that is a part of a file, as the other overload does.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="at">Where the backup begins.</param>
    /// <param name="part">The length of the backup; <c>null</c> if it ends with the file.</param>
    /// <exception cref="BackupException">The part is not a backup of full length. The message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static BackupSummary ReadSummary(string path, long at, long? part)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        file.Position = at;
        long all = part ?? file.Length - at;
        var (head, snapshot) = ReadHead(file, null, path);
        long length = BackupFormat.TotalLength((int)(file.Position - at), snapshot.Content.Length);
        if (all < length)
            throw Incomplete(path, all, length);
        if (all > length)
            throw new BackupException($"{path} is damaged: {all - length} bytes follow its end.");
        var histories = snapshot.Configuration.Histories;
        return new BackupSummary
        {
            Group = head.Group,
            GroupId = snapshot.Configuration.GroupId,
            FormerGroupIds = [.. histories.SkipLast(1).Select(static history => history.GroupId)],
            Index = snapshot.LastIncludedIndex,
            Term = snapshot.LastIncludedTerm,
            TakenAt = DateTimeOffset.FromUnixTimeMilliseconds(head.TakenAt),
            Length = length,
        };
    }

    /// <summary>
    /// Whether a file begins like a backup: with the first bytes that every backup has, or with as many of them as the
    /// file has bytes. A file that is not written to its end may do so, too.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool BeginsLikeOne(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> start = stackalloc byte[BackupFormat.Magic.Length];
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return BackupFormat.Magic.StartsWith(start[..read]);
    }

    /// <summary>The snapshot's bytes in chunks.</summary>
    internal IEnumerable<byte[]> Chunks(int chunkSize)
    {
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        file.Position = _contentAt;
        for (long rest = Snapshot.Content.Length; rest > 0;)
        {
            var chunk = Read(file, null, (int)Math.Min(rest, chunkSize), _path);
            rest -= chunk.Length;
            yield return chunk;
        }
    }

    private static (Wire.BackupHead Head, Snapshot Snapshot) ReadHead(FileStream file, IncrementalHash? hash,
        string path)
    {
        var start = Read(file, hash, BackupFormat.Magic.Length + 4, path);
        if (!start.AsSpan().StartsWith(BackupFormat.Magic))
            throw new BackupException($"{path} is not a backup: it does not begin like one.");
        int size = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(BackupFormat.Magic.Length));
        if (size is <= 0 or > BackupFormat.MaxHead)
            throw new BackupException($"{path} is damaged: its head would have {size} bytes.");
        var head = Parse(Read(file, hash, size, path), path);
        return (head, head.Snapshot.FromWire());
    }

    private static Wire.BackupHead Parse(byte[] bytes, string path)
    {
        try
        {
            var head = Wire.BackupHead.Parser.ParseFrom(bytes);
            if (head.FormatVersion > BackupFormat.Current)
                throw new BackupException($"{path} has format {head.FormatVersion}; this version reads up to "
                    + $"{BackupFormat.Current}. Use the version that wrote it, or a newer one.");
            bool sane = head.Snapshot.FromWire() is { LastIncludedIndex: > 0, LastIncludedTerm: > 0,
                Content: { Length: > 0, Chunks: > 0 } } && head.Group.Length > 0;
            return sane ? head : throw new BackupException($"{path} is damaged: its head makes no sense.");
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or FormatException
            or ArgumentException)
        {
            throw new BackupException($"{path} is damaged: its head cannot be read.", problem);
        }
    }

    private static byte[] Read(FileStream file, IncrementalHash? hash, int count, string path)
    {
        var bytes = new byte[count];
        if (file.ReadAtLeast(bytes, count, throwOnEndOfStream: false) < count)
            throw file.Length < BackupFormat.Magic.Length + 4
                ? new BackupException($"{path} is not a backup: it has only {file.Length} bytes.")
                : Incomplete(path, file.Length, null);
        hash?.AppendData(bytes);
        return bytes;
    }

    private static string Hash(FileStream file, IncrementalHash hash, long count, string path)
    {
        using var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        while (count > 0)
        {
            int read = file.Read(buffer, 0, (int)Math.Min(count, buffer.Length));
            if (read == 0)
                throw Incomplete(path, file.Length, null);
            hash.AppendData(buffer, 0, read);
            content.AppendData(buffer, 0, read);
            count -= read;
        }
        return Convert.ToHexString(content.GetHashAndReset());
    }

    private static BackupException Incomplete(string path, long length, long? expected) =>
        new($"{path} is incomplete: it ends after {length} bytes{(expected is null ? "" : $" of {expected}")}.");
}
