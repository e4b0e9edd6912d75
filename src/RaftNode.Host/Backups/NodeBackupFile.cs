using System.Buffers.Binary;
using System.Security.Cryptography;
using RaftActors.Backups;
using RaftNode.Host.Node;

namespace RaftNode.Host.Backups;

/// <summary>
/// A backup of a node in a file: of its only group, as <see cref="Backup"/> writes it, or of all of its groups, as
/// <see cref="GroupsBackup"/> does. The file was complete and undamaged when it was opened.
/// </summary>
internal sealed class NodeBackupFile
{
    private NodeBackupFile(
        GroupLayout layout, IReadOnlyList<BackupFile> groups, BackupSummary summary, string sha256) =>
        (Layout, Groups, Summary, Sha256) = (layout, groups, summary, sha256);

    /// <summary>The name of the group or the groups, and their number.</summary>
    public GroupLayout Layout { get; }

    /// <summary>The backup of each group, in the order of their numbers.</summary>
    public IReadOnlyList<BackupFile> Groups { get; }

    /// <summary>
    /// What the file says of itself. Of several groups: the sums of their indexes and of their terms, which only grow;
    /// the earliest time; and the identities of the first group, because all groups get new ones together.
    /// </summary>
    public BackupSummary Summary { get; }

    /// <summary>The checksum at the end of the file, in hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Reads a whole file and checks that it is a backup without damage.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="BackupException">The file is not an undamaged backup. The message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NodeBackupFile Open(string path)
    {
        var summary = ReadSummary(path);
        if (Parts(path) is not { } parts)
        {
            var one = BackupFile.Open(path);
            return new NodeBackupFile(new GroupLayout(one.Group, 1), [one], summary, one.Sha256);
        }
        BackupFile[] groups = [.. parts.Select(part => BackupFile.Open(path, part.At, part.Length))];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(GroupsBackup.Head(parts.Count));
        foreach (var (group, part) in groups.Zip(parts))
        {
            hash.AppendData(GroupsBackup.Length(part.Length));
            hash.AppendData(Convert.FromHexString(group.Sha256));
        }
        hash.AppendData(GroupsBackup.Length(summary.Length - GroupsBackup.EndLength));
        string actual = Convert.ToHexString(hash.GetHashAndReset()), expected = Checksum(path);
        return actual == expected
            ? new NodeBackupFile(new GroupLayout(summary.Group, parts.Count), groups, summary, actual)
            : throw new BackupException($"{path} is damaged: its checksum is {actual}, not {expected}.");
    }

    /// <summary>
    /// Reads only the heads of a file, and compares the length of the file with what they say. Other damage is not
    /// found.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="BackupException">The file is not a backup of full length. The message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BackupSummary ReadSummary(string path)
    {
        if (Parts(path) is not { } parts)
            return BackupFile.ReadSummary(path);
        BackupSummary[] groups = [.. parts.Select(part => BackupFile.ReadSummary(path, part.At, part.Length))];
        if (GroupLayout.Parse(groups[0].Group) is not { } first || first.Count != parts.Count
            || groups.Index().Any(group => group.Item.Group != first.NameOf(group.Index)))
        {
            throw new BackupException($"{path} is damaged: the names of its {parts.Count} groups, such as "
                + $"{groups[0].Group}, are not those of all groups of a node.");
        }
        return groups[0] with
        {
            Group = first.Name,
            Index = groups.Sum(static group => group.Index),
            Term = groups.Sum(static group => group.Term),
            TakenAt = groups.Min(static group => group.TakenAt),
            Length = parts[^1].At + parts[^1].Length + GroupsBackup.EndLength,
        };
    }

    /// <summary>
    /// Whether a file begins like a backup: with the first bytes of one, or with as many of them as the file has bytes.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool BeginsLikeOne(string path)
    {
        if (BackupFile.BeginsLikeOne(path))
            return true;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> start = stackalloc byte[GroupsBackup.Magic.Length];
        return GroupsBackup.Magic.StartsWith(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]);
    }

    // Where the backup of each group is in the file; null if the file is not of several groups.
    private static List<(long At, long Length)>? Parts(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> head = stackalloc byte[GroupsBackup.HeadLength];
        int read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (!head[..read].StartsWith(GroupsBackup.Magic))
            return null;
        if (read < head.Length)
            throw Incomplete(path, file.Length);
        int format = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(head[12..]);
        if (format > GroupsBackup.Format)
        {
            throw new BackupException($"{path} has format {format} of several groups; this version reads up to "
                + $"{GroupsBackup.Format}. Use the version that wrote it, or a newer one.");
        }
        if (format < 1 || count is < 2 or > GroupLayout.Most)
            throw new BackupException($"{path} is damaged: it would have {count} groups.");
        var parts = new List<(long At, long Length)>();
        for (int group = 0; group < count; group++)
        {
            long length = ReadLength(file, path);
            // Whatever the length is, the next one is looked for inside of the file only.
            if (length <= 0 || length > file.Length - file.Position)
                throw Incomplete(path, file.Length);
            parts.Add((file.Position, length));
            file.Position += length;
        }
        if (file.Length - file.Position < GroupsBackup.EndLength)
            throw Incomplete(path, file.Length);
        long before = file.Position;
        if (ReadLength(file, path) != before)
            throw new BackupException($"{path} is damaged: what it says about its length contradicts itself.");
        if (file.Length - before > GroupsBackup.EndLength)
        {
            throw new BackupException(
                $"{path} is damaged: {file.Length - before - GroupsBackup.EndLength} bytes follow its end.");
        }
        return parts;
    }

    private static string Checksum(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        file.Seek(-SHA256.HashSizeInBytes, SeekOrigin.End);
        Span<byte> checksum = stackalloc byte[SHA256.HashSizeInBytes];
        file.ReadExactly(checksum);
        return Convert.ToHexString(checksum);
    }

    private static long ReadLength(FileStream file, string path)
    {
        Span<byte> bytes = stackalloc byte[8];
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? BinaryPrimitives.ReadInt64LittleEndian(bytes)
            : throw Incomplete(path, file.Length);
    }

    private static BackupException Incomplete(string path, long length) =>
        new($"{path} is incomplete, or damaged: it ends after {length} bytes.");
}
