using RaftActors.Backups;
using RaftNode.Host.Backups;

namespace RaftNode.Host.Tests.Backups;

public sealed class NewestBackupSpec : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _skipped = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_log_decides_and_no_clock()
    {
        Put("a", new TestBackup { Term = 3, Index = 50, TakenAt = Noon.AddDays(2) });
        Put("b", new TestBackup { Term = 4, Index = 49, TakenAt = Noon });
        Put("c", new TestBackup { Term = 4, Index = 48, TakenAt = Noon.AddDays(1) });

        Assert.Equal("b.backup", Find());
        Assert.Empty(_skipped);
    }

    [Fact]
    public void Of_two_backups_at_the_same_entry_the_later_one_is_the_newest()
    {
        Put("a", new TestBackup { Index = 5, TakenAt = Noon });
        Put("b", new TestBackup { Index = 5, TakenAt = Noon.AddMilliseconds(1) });
        Put("c", new TestBackup { Index = 5, TakenAt = Noon.AddMilliseconds(-1) });

        Assert.Equal("b.backup", Find());
    }

    [Fact]
    public void A_damaged_one_is_skipped_by_name_and_an_incomplete_one_is_none()
    {
        Put("a", new TestBackup { Index = 1 });
        Put("b", new TestBackup { Index = 2 });
        var damaged = File.ReadAllBytes(Put("c", new TestBackup { Index = 3 }));
        damaged[^50] ^= 1;
        File.WriteAllBytes(_directory.In("c.backup"), damaged);
        File.WriteAllBytes(_directory.In("d.backup"), new TestBackup { Index = 4 }.ToBytes()[..^1]);
        File.WriteAllBytes(_directory.In("e.backup.partial"), new TestBackup { Index = 5 }.ToBytes());
        _directory.Write("f.backup", "a foreign file");

        Assert.Equal("b.backup", Find());
        Assert.Equal(["d.backup", "f.backup", "c.backup"],
            _skipped.Select(line => Path.GetFileName(line.Split(' ')[0])));
    }

    [Fact]
    public void What_a_restored_group_wrote_is_newer_than_all_from_before_the_restore()
    {
        Put("a", new TestBackup { Identities = ["one"], Term = 90, Index = 900 });
        Put("b", new TestBackup { Identities = ["one", "two", "three"], Term = 7, Index = 70 });
        Put("c", new TestBackup { Identities = ["one", "two"], Term = 80, Index = 800 });

        Assert.Equal("b.backup", Find());
        File.WriteAllBytes(_directory.In("b.backup"), new TestBackup
        {
            Identities = ["one", "two", "three"],
            Term = 7,
            Index = 70,
        }.ToBytes()[..^1]);
        Assert.Equal("c.backup", Find());
    }

    [Fact]
    public void Of_two_groups_restored_from_one_backup_none_is_chosen()
    {
        Put("a", new TestBackup { Identities = ["one", "two"], Index = 5 });
        Put("b", new TestBackup { Identities = ["one", "three"], Index = 6 });

        Assert.Contains("their identities are three, two", Assert.Throws<BackupException>(() => Find()).Message);
    }

    [Fact]
    public void Of_several_groups_the_one_that_is_named_counts()
    {
        Put("a", new TestBackup { Group = "kv", Index = 5 });
        Put("b", new TestBackup { Group = "orders", Index = 6 });

        Assert.Equal("a.backup", Find("kv"));
        Assert.Equal("b.backup", Find("orders"));
        Assert.Contains("several groups: kv, orders", Assert.Throws<BackupException>(() => Find()).Message);
        Assert.Contains("several groups: kv, orders", Assert.Throws<BackupException>(() => Find("new")).Message);
    }

    [Fact]
    public void A_group_may_get_another_name()
    {
        Put("a", new TestBackup { Group = "kv" });

        Assert.Equal("a.backup", Find("new"));
    }

    [Fact]
    public void Without_a_good_backup_the_directory_is_named()
    {
        Assert.Equal($"{_directory.Path} has no undamaged backup.",
            Assert.Throws<BackupException>(() => Find()).Message);
        Assert.Throws<DirectoryNotFoundException>(
            () => NewestBackup.Find(_directory.In("none"), null, _skipped.Add));
    }

    private string Put(string name, TestBackup backup) => backup.WriteTo(_directory.In($"{name}.backup"));

    private string Find(string? group = null)
    {
        var (file, backup) = NewestBackup.Find(_directory.Path, group, _skipped.Add);
        Assert.Equal(File.ReadAllBytes(file).Length, backup.Summary.Length);
        return Path.GetFileName(file);
    }
}
