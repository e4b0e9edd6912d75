using System.Security.Cryptography;
using RaftActors.Backups;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftNode.Host.Backups;
using GroupConfiguration = RaftActors.Membership.Configuration;

namespace RaftNode.Host.Tests.Backups;

/// <summary>A backup that a spec makes without a group.</summary>
internal sealed record TestBackup
{
    public string Group { get; init; } = "kv";

    /// <summary>The identities of the group, the present one last.</summary>
    public IReadOnlyList<string> Identities { get; init; } = ["one"];

    public long Term { get; init; } = 1;

    public long Index { get; init; } = 1;

    public DateTimeOffset TakenAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The bytes of the file.</summary>
    public byte[] ToBytes()
    {
        byte[] content = [1, 2, 3];
        var configuration = Identities.Index().Aggregate(
            GroupConfiguration.Of([new Member("node1", "127.0.0.1:4051")]),
            static (configuration, next) => configuration.Beginning(next.Item, next.Index + 1));
        var snapshot = new Snapshot(Index, Term, 0, configuration, 1,
            new SnapshotContent(1, content.Length, Convert.ToHexString(SHA256.HashData(content))));
        var head = BackupFormat.Head(Group, snapshot, TakenAt);
        byte[] whole = [.. head, .. content, .. BackupFormat.LengthOf(head.Length, content.Length)];
        return [.. whole, .. SHA256.HashData(whole)];
    }

    /// <summary>The bytes of the file of a node with several groups.</summary>
    /// <param name="name">What the names of the groups begin with.</param>
    /// <param name="count">How many groups there are.</param>
    /// <param name="index">The last entry in the backup of the first group.</param>
    public static byte[] OfGroups(string name, int count, long index = 10) => Join([.. Parts(name, count, index)]);

    /// <summary>The backups of several groups.</summary>
    public static IEnumerable<byte[]> Parts(string name, int count, long index = 10) =>
        Enumerable.Range(0, count).Select(group => new TestBackup
        {
            Group = $"{name}-{group}-of-{count}",
            Identities = [$"one-{group}"],
            Index = index + group,
            Term = 2,
            TakenAt = DateTimeOffset.UnixEpoch.AddSeconds(group),
        }.ToBytes());

    /// <summary>A file of backups, which need not be those of all groups of a node.</summary>
    public static byte[] Join(IReadOnlyList<byte[]> parts)
    {
        byte[] head = GroupsBackup.Head(parts.Count);
        byte[] before = [.. head, .. parts.SelectMany(static part => Framed(part, part))];
        byte[] length = GroupsBackup.Length(before.Length);
        byte[] summed = [.. head, .. parts.SelectMany(static part => Framed(part, part[^32..])), .. length];
        return [.. before, .. length, .. SHA256.HashData(summed)];

        static byte[] Framed(byte[] part, byte[] bytes) => [.. GroupsBackup.Length(part.Length), .. bytes];
    }

    /// <summary>Writes the backup to a stream.</summary>
    public Task WriteAsync(Stream target) => target.WriteAsync(ToBytes()).AsTask();

    /// <summary>Writes the backup to a file.</summary>
    /// <returns>The path of the file.</returns>
    public string WriteTo(string file)
    {
        File.WriteAllBytes(file, ToBytes());
        return file;
    }
}
