using RaftActors.Backups;
using RaftNode.Host.Backups;

namespace RaftNode.Host.Tests.Backups;

/// <summary>The file with the backups of several groups.</summary>
public sealed class NodeBackupFileSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_has_each_group_and_says_how_many_there_are()
    {
        string file = Write(TestBackup.OfGroups("kv", 3));

        var backup = NodeBackupFile.Open(file);

        Assert.Equal(("kv", 3, false), (backup.Layout.Name, backup.Layout.Count, backup.Layout.IsOne));
        Assert.Equal(["kv-0-of-3", "kv-1-of-3", "kv-2-of-3"], backup.Groups.Select(static group => group.Group));
        Assert.Equal([10, 11, 12], backup.Groups.Select(static group => group.Index));
        Assert.Equal(backup.Summary, NodeBackupFile.ReadSummary(file) with
        {
            FormerGroupIds = backup.Summary.FormerGroupIds,
        });
        Assert.Equal(("kv", "one-0", 33, 6, new FileInfo(file).Length), (backup.Summary.Group, backup.Summary.GroupId,
            backup.Summary.Index, backup.Summary.Term, backup.Summary.Length));
        Assert.Equal(DateTimeOffset.UnixEpoch, backup.Summary.TakenAt);
        // The contents of each group are read from their own places.
        Assert.All(backup.Groups, static group => Assert.Equal([1, 2, 3], group.Chunks(16).SelectMany(Bytes)));
    }

    [Fact]
    public void The_file_of_one_group_is_the_one_that_it_always_was()
    {
        string file = new TestBackup { Index = 7, Term = 2 }.WriteTo(_directory.In("kv.backup"));

        var backup = NodeBackupFile.Open(file);

        Assert.True(backup.Layout.IsOne);
        Assert.Equal(
            ("kv", 7, BackupFile.Open(file).Sha256), (backup.Layout.Name, backup.Summary.Index, backup.Sha256));
        Assert.Equal(BackupFile.ReadSummary(file) with { FormerGroupIds = backup.Summary.FormerGroupIds },
            backup.Summary);
        var refused = Assert.Throws<BackupException>(() => BackupFile.Open(Write(TestBackup.OfGroups("kv", 2))));
        Assert.EndsWith("is not a backup: it does not begin like one.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_byte_is_damaged_the_file_is_refused()
    {
        byte[] whole = TestBackup.OfGroups("kv", 2);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 1;
            string file = Write(damaged);
            Assert.Throws<BackupException>(() => NodeBackupFile.Open(file));
        }
    }

    [Fact]
    public void A_file_that_ends_too_early_or_too_late_is_refused()
    {
        byte[] whole = TestBackup.OfGroups("kv", 2);
        for (int length = 0; length < whole.Length; length++)
        {
            string file = Write(whole[..length]);
            Assert.Throws<BackupException>(() => NodeBackupFile.ReadSummary(file));
        }
        string longer = Write([.. whole, 0]);
        Assert.EndsWith("is damaged: 1 bytes follow its end.",
            Assert.Throws<BackupException>(() => NodeBackupFile.ReadSummary(longer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_that_are_not_all_groups_of_a_node_are_refused()
    {
        byte[][] parts = [.. TestBackup.Parts("kv", 3)];
        Assert.Throws<BackupException>(() => NodeBackupFile.Open(Write(TestBackup.Join([parts[0], parts[1]]))));
        Assert.Throws<BackupException>(
            () => NodeBackupFile.Open(Write(TestBackup.Join([parts[0], parts[2], parts[1]]))));
        Assert.Equal(3, NodeBackupFile.Open(Write(TestBackup.Join(parts))).Groups.Count);
    }

    [Fact]
    public void The_newest_of_the_files_of_several_groups_is_found_by_their_logs()
    {
        File.WriteAllBytes(_directory.In("a.backup"), TestBackup.OfGroups("kv", 2, index: 50));
        File.WriteAllBytes(_directory.In("b.backup"), TestBackup.OfGroups("kv", 2, index: 51));
        File.WriteAllBytes(_directory.In("c.backup"), TestBackup.OfGroups("kv", 2, index: 52)[..^1]);
        var skipped = new List<string>();

        var (file, backup) = NewestBackup.Find(_directory.Path, "kv", skipped.Add);

        Assert.Equal(("b.backup", 2), (Path.GetFileName(file), backup.Layout.Count));
        Assert.Contains("c.backup", Assert.Single(skipped));
    }

    private static IEnumerable<int> Bytes(byte[] chunk) => chunk.Select(static one => (int)one);

    private string Write(byte[] bytes)
    {
        string file = _directory.In("groups.backup");
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
