using System.Buffers.Binary;
using System.Security.Cryptography;
using RaftActors.Backups;
using RaftActors.Client;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;

namespace RaftNode.Host.Backups;

/// <summary>
/// Writes the backups of all groups of a node, one after the other, as one file, which <see cref="NodeBackupFile"/>
/// reads.
/// </summary>
/// <remarks>
/// <para>
/// Each group's state is that at one entry of its log. The file is not of one moment: while one group is written, the
/// others go on.
/// </para>
/// <para>
/// Numbers are least significant byte first. The file has: <see cref="Magic"/>; the format, in 4 bytes; the number of
/// groups, in 4 bytes; for each group, in the order of their numbers, the length of its backup in 8 bytes, and its
/// backup as in the file of a single group; the length of everything before, in 8 bytes; and a SHA-256 checksum, in 32
/// bytes. The checksum is that of the first 16 bytes, of the length and the checksum of each group's backup, and of the
/// length before it.
/// </para>
/// </remarks>
internal static class GroupsBackup
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int Format = 1;

    /// <summary>The bytes before the first group.</summary>
    public const int HeadLength = 16;

    /// <summary>The bytes after the last group.</summary>
    public const int EndLength = 8 + SHA256.HashSizeInBytes;

    /// <summary>The first bytes of the file.</summary>
    public static ReadOnlySpan<byte> Magic => "RAFTGB\r\n"u8;

    /// <summary>The bytes before the first group.</summary>
    /// <param name="groups">The number of groups.</param>
    public static byte[] Head(int groups)
    {
        var head = new byte[HeadLength];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), Format);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), groups);
        return head;
    }

    /// <summary>A length in the file.</summary>
    public static byte[] Length(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    /// <summary>
    /// Reads something from each group. After a linearizable read the node has applied everything that the group
    /// acknowledged before.
    /// </summary>
    /// <param name="groups">The node's groups.</param>
    /// <returns>
    /// The index, for each group, of an entry that its backup must include; or the first failure, and its group.
    /// </returns>
    public static async Task<(IReadOnlyList<long> AtLeast, QueryFailed? Failure)> CatchUpAsync(NodeGroups groups)
    {
        var answers = await Task.WhenAll(groups.Select(static group => group.Client.QueryAsync(new GetValue(""))));
        int failed = Array.FindIndex(answers, static answer => answer is not QueryResult);
        if (failed >= 0)
        {
            var failure = (QueryFailed)answers[failed];
            return ([], groups.Layout.IsOne
                ? failure
                : failure with { Message = $"{groups[failed].Name}: {failure.Message}" });
        }
        return ([.. answers.Cast<QueryResult>().Select(static read => read.AppliedIndex)], null);
    }

    /// <summary>Writes the backups of all groups.</summary>
    /// <param name="target">The stream to write to.</param>
    /// <param name="groups">The node's groups: more than one.</param>
    /// <param name="atLeast">For each group the index of an entry that its backup must include.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <exception cref="BackupException">
    /// A group cannot be backed up. What was written is not a complete backup.
    /// </exception>
    public static async Task WriteAsync(
        Stream target, NodeGroups groups, IReadOnlyList<long> atLeast, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await PassAsync(target, hash, Head(groups.Count), cancellation);
        long written = HeadLength;
        foreach (var group in groups)
        {
            try
            {
                await using var backup = await Backup.OpenAsync(group.Peer, atLeast[group.Index], cancellation);
                await PassAsync(target, hash, Length(backup.Length), cancellation);
                await backup.WriteAsync(target, cancellation);
                hash.AppendData(backup.Checksum.Span);
                written += 8 + backup.Length;
            }
            catch (BackupException e)
            {
                throw new BackupException($"{group.Name}: {e.Message}", e);
            }
        }
        await PassAsync(target, hash, Length(written), cancellation);
        await target.WriteAsync(hash.GetHashAndReset(), cancellation);
        await target.FlushAsync(cancellation);
    }

    private static async Task PassAsync(
        Stream target, IncrementalHash hash, byte[] bytes, CancellationToken cancellation)
    {
        hash.AppendData(bytes);
        await target.WriteAsync(bytes, cancellation);
    }
}
